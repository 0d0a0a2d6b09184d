"""TAK: what a fleet, its site and its incidents are as Cursor on Target, and where officers are.

``fleet_events.py`` and ``ground_events.py`` make events, ``officers.py`` folds those that are heard (all pure) ·
``shared_officers.py`` the file by which every command of a workspace knows them · ``session.py`` a connection around an
open fleet.
"""
