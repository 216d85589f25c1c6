"""Whose fault it is: ours (`LocalProtocolError`) or the board's (`RemoteProtocolError`), as in h11."""


class ProtocolError(Exception):
    """The base of both; never raised itself."""


class LocalProtocolError(ProtocolError):
    """We asked for something the link forbids. A programmer's mistake: nothing was sent."""


class RemoteProtocolError(ProtocolError):
    """A sound frame that makes no sense. Counted, and answered by asking again."""
