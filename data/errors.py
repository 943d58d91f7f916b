"""The exceptions of the datasets: sentences for the person who can act on them."""


class DataError(Exception):
    """A dataset that cannot be opened: what was found, what was expected, what to do."""


class ImageError(Exception):
    """An image that cannot be read; the message is the reason, short enough for a card in the gallery."""
