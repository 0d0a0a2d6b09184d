"""Sockets, serial ports and the MAVLink codec: endpoints, router, runner, recorder tap, DroneKit handle."""
