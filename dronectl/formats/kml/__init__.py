"""KML for Google Earth: tracks, plans and zones in one file."""
