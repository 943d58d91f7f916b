"""The exceptions that the library raises for what a person can act on."""


class ExplainError(Exception):
    """A sentence for the person who can act: what was found, what was expected, what to do.

    The command line prints it without a traceback and ends with status 1; the dashboard shows it as text.
    """


class StoreError(ExplainError):
    """A store that is missing, incomplete, out of reach, of another version or damaged."""
