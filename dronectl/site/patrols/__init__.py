"""missions/*.toml: what to fly."""
