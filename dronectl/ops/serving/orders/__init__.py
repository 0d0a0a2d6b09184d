"""Orders by the page: offered with the words of what they will do, confirmed once by the same person, given, told.

``wanted.py`` what a browser asks for · ``offer.py`` what it is asked back, once · ``given.py`` what became of it ·
``ending.py``, ``moving.py``, ``sending.py``, ``reports.py`` the kinds · ``desk.py`` where they come together.
"""
