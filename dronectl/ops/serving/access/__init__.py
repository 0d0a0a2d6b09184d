"""Who may give orders by the page: people with tokens, their sessions, and how wrong tokens are slowed down."""
