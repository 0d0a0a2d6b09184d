"""What lies on the ground of a site: zones, keep-outs, points, and the ground's own height."""
