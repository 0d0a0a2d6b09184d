"""The patterns of patrols but for hot spots: each lays out the work of one."""
