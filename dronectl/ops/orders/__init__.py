"""Single orders: the way that each makes a drone fly, proved from where it is, given and confirmed."""
