"""Plans: built, checked, mended, drawn, briefed, converted, and authorised for the vehicles."""
