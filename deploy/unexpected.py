"""The one way in which a scene of the demo goes wrong."""


class Unexpected(Exception):
    """The list, or a part of the stack, did otherwise than the scene needs; the text says what."""
