"""Other aircraft. All but the last are pure.

``contacts.py`` who is there, folded from what is heard · ``encounters.py`` who comes near a drone · ``sky.py`` both,
for the picture of a fleet · ``asking.py`` drones are asked for what they hear.
"""
