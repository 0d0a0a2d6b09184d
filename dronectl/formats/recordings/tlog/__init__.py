"""Telemetry logs (.tlog): frames, clock, events, tracks."""
