"""Explanation methods, a file each, behind one contract; pure functions of what a network says of images."""
