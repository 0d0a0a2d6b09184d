"""Incidents in files: lines of the log, logs of the emergency number, the page about one."""
