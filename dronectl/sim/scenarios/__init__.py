"""What goes wrong in exercises.

``stage.py`` a drone as a scenario has it in its hands · ``director.py`` what happens when · ``shadows.py`` what radio
does not pass · ``training.py`` what a pilot did about it, as points.
"""
