"""Ways that begin where an aircraft is: held against the rules before it is told to fly them."""
