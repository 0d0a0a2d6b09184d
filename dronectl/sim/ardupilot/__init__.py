"""ArduPilot's own simulator (SITL) as the fleet.

``binary.py`` which program · ``install.py`` the official one, fetched · ``process.py`` one simulator process ·
``shared_port.py`` its one port for many clients · ``fleet.py`` all of them.
"""
