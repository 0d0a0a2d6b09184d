"""Orders as commands: what each one orders, and how it is asked about, given and told."""
