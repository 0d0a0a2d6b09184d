"""dronectl: plan, prove, upload, fly, watch and record patrols of a small ArduPilot copter fleet."""

__version__ = "0.1.0"
