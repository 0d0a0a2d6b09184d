"""The way to a TAK server, or to a group of devices."""
