"""What lies below a site's maps: ``desk.py`` asks a process that draws · ``below.py`` opens it for a file."""
