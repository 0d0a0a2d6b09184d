"""A plan rehearsed on ArduPilot's own simulator.

``station.py`` the link to one simulator · ``recorder.py`` what it says of a flight · ``flight.py`` one flight, from an
empty simulator to the stop of the motors · ``simulators.py`` which programs, how many at a time · ``waves.py`` all
flights.
"""
