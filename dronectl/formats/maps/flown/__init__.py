"""Flown tracks on a map page: ``flights.py`` what is drawn of them · ``outings.py`` which were in the air together ·
``found.py`` what is to be said of each · ``drawing.py`` the map · ``side.py`` the column beside it · ``moving.py`` what
the script moves · ``html_page.py`` the page."""
