"""Where a drone may fly, and the shortest way through there."""
