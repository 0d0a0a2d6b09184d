"""Briefing sheets: what a pilot takes to the field, in Thai and English."""
