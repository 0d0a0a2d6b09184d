"""A plan flown on simulated drones before it is flown: what is put on board, flown, judged, told and stamped."""
