"""Which aircraft is there: its uid and system id, and the signing that proves who speaks."""
