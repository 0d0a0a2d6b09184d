"""The patterns of patrols but for coverage and hot spots: each lays out the work of one."""
