"""What is told of an open fleet to those who look on from elsewhere, upward only."""
