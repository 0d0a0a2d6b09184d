"""Sockets and serial ports: bytes in and out."""
