"""How wide on a wide screen what is read, drawn or filled in becomes, in pixels; narrower screens have it narrower."""

CAPTION, PARAGRAPH = 530, 640
"""About ninety letters of each: longer lines are hard to follow from the end of one to the beginning of the next."""
FIGURE = 940
"""A chart's points stay near what its axis calls them, and its caption has room beside it on a screen of 1920."""
FORM = 960
CONTROL = 300
BAR = 480
