"""How wide on a wide screen what is read, drawn or filled in becomes, in pixels; narrower screens have it narrower."""

CAPTION, PARAGRAPH = 510, 640
"""About ninety letters of each: longer lines are hard to follow from the end of one to the beginning of the next."""
FIGURE = 900
"""Its caption has room beside it on a screen of 1920, within the frames of a claim too."""
FORM = 960
CONTROL = 300
