"""Mission files, parameter files and plan folders."""
