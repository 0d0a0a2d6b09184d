"""The control room's page. ``room.py`` what it shows, and what comes in · ``serve.py`` it all on the shared link."""
