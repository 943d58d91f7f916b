"""Numbers of maps, and the grid on which they are taken."""
