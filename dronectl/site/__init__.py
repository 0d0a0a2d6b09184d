"""A workspace on disk: dronectl.toml, geofences/ and missions/ become validated model values."""
