"""What the page shows beside the map: today's flights, how long hot spots are alone, fixed cameras."""
