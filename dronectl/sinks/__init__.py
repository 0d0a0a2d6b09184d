"""What dronectl tells others of the fleet, upward only: one adapter a file, behind one interface."""
