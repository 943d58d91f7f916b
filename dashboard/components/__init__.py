"""The parts of the screen that are our own: a module, a script and a style each."""
