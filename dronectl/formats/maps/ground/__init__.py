"""Maps of a site before anything is planned: the ground, where drones start, what a person should look at."""
