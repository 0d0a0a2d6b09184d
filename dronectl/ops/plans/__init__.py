"""Plan folders: read, checked, and authorised for the vehicles."""
