"""Whose fault it is: ours (`LocalProtocolError`) or the other end's (`RemoteProtocolError`), as in h11."""


class ProtocolError(Exception):
    """The base of both; never raised itself."""


class LocalProtocolError(ProtocolError):
    """We asked for something this board does not know. A programmer's mistake: nothing was sent."""


class RemoteProtocolError(ProtocolError):
    """What was heard is no frame of this board, or means nothing that its source tells."""
