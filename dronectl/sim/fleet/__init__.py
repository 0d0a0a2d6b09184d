"""Several copters behind sockets: settings, faults, processes; and ArduPilot's own simulator in their place."""
