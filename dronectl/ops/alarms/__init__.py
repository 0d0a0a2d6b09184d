"""Alarms: one set of rules over what is known of a drone and what was planned for it, the same for every screen.

``local_plane.py`` local geometry · ``expected.py`` what the plan makes one expect · ``flight.py`` what is remembered of
a flight · ``forecast.py`` landing and battery by what is measured · ``finders.py`` what each rule looks for ·
``alarm_table.py`` the table of rules and their texts · ``fold.py`` raising and clearing. All are pure, and know no
clock but the one given; ``ops/picture`` watches a fleet by them.
"""
