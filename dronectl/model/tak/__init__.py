"""What is told to TAK and heard from it: events, officers, and how a site reaches it."""
