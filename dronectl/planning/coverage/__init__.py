"""Areas photographed whole: parts, directions, swaths, and what a sweep leaves unseen."""
