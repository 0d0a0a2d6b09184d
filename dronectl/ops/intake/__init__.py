"""Reports that other programs send. A report is a proposal: nothing here knows a drone.

``line_reports.py`` messages of LINE → reports · ``matching.py`` whose reports they are · ``replies.py`` what LINE's
reporters are told · ``desk.py`` all that comes in, taken at once and worked off in order.
"""
