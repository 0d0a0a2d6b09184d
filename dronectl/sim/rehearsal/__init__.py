"""Flights of one plan, over and over, in virtual time: how conditions are drawn, flown and made to fail."""
