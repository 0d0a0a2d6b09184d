"""From what is asked to what is flown: patrols, mission items, plans, what checks found in them, and fixes."""
