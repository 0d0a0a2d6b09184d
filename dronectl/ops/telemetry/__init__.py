"""What the fleet says of itself: asked for, sampled, summed up."""
