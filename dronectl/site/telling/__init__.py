"""Tables of dronectl.toml: whom a station tells of its fleet."""
