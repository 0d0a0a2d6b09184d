"""Alarms: one set of rules over what is known of a drone and what was planned for it, the same for every screen.

``local_plane.py`` local geometry · ``expected.py`` what the plan makes one expect · ``flight.py`` what is remembered of
a flight · ``finders.py`` what each rule looks for · ``rules.py`` the table of rules and their texts · ``fold.py``
raising and clearing · ``fleet.py`` the alarms of an open fleet. All but the last are pure, and know no clock but
the one given.
"""
