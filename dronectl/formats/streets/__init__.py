"""Streets drawn from vector tiles: the same for the control room's page, for plans, sheets and exports.

``schema.py`` what the tiles' layers are called · ``features.py`` a tile to features · ``look.py`` colours and widths ·
``drawing.py`` features to SVG · ``names.py`` what is written beside them.
"""
