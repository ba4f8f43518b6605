"""Running Clearway: the local stack, the demo, and the image."""
