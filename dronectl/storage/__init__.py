"""Files of this computer: written whole or not at all, read within limits, mapped, counted."""
