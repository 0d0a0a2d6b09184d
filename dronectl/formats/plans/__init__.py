"""Plan folders: a plan on disk, with its timetable."""
