"""DataFlash logs over MAVLink: the list, and the download of one."""
