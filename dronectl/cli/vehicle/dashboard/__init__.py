"""The screen of ``dronectl watch``.

``layout.py`` what goes where on a terminal of some size · ``map_view.py`` the map · ``messages.py`` alarms and words ·
``frame.py`` all of it as lines · ``screen.py`` lines onto a terminal, or into a log · ``keyed_orders.py`` what keys do.
"""
