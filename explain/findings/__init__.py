"""What the reference report says, tested on every image."""
