"""Files of map tiles that a site's own people have: PMTiles, MBTiles, GeoTIFF.

``opening.py`` opens whichever it is · ``source.py`` what each gives · ``unpacking.py`` limits for what is packed ·
``georeference.py`` where a GeoTIFF lies ·
``pictures.py`` what kind of picture a tile is, and how large.
"""
