"""MAVLink micro-services as state machines: no sockets, no clock, no codec."""
