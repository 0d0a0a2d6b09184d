"""What lies below a site's maps: the tiles of its own files, opened and drawn (``drawer.py``)."""
