"""MAVLink FTP."""
