"""An owner of the links without a screen, which every other command joins."""
