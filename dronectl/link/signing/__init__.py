"""MAVLink 2 signing, and the keys on this computer."""
