"""How ArduCopter returns where nobody says otherwise."""

from __future__ import annotations

RETURN_ALTITUDE_M = 15.0
"""ArduCopter's default, where a plan says nothing: a return first climbs to this, and never descends to it."""

RALLY_LIMIT_M = 300.0
"""ArduCopter's default: a rally point that is nearer than home, and not farther than this, is returned to instead."""
