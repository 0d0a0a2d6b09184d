"""Planned against flown: what recordings show of a plan, of the patrols it was made for, and of the site."""
