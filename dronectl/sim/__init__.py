"""The built-in fleet: the vehicle side of every protocol, written independently of the client machines."""
