"""Which of several ground stations commands a drone: seen, asked for, given up, and required before an order."""
