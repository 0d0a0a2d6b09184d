"""What goes wrong in exercises.

``stage.py`` a drone as a scenario has it in its hands · ``director.py`` what happens when · ``radio.py`` what its radio
passes, ``shadows.py`` what stands in the way · ``training.py`` what a pilot did about it, as points.
"""
