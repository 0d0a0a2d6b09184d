"""The black box: everything that the drones say and hear, recorded whatever else goes on, within a quota."""
