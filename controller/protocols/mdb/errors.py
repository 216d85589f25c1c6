"""Whose fault it is: ours (`LocalProtocolError`) or the other end's (`RemoteProtocolError`), as in h11."""


class ProtocolError(Exception):
    """The base of both; never raised itself."""


class LocalProtocolError(ProtocolError):
    """We asked for something MDB or the device forbids. A programmer's mistake: nothing was sent."""


class RemoteProtocolError(ProtocolError):
    """What was heard is not MDB, or not the answer to what was asked."""


class NoAnswer(RemoteProtocolError):
    """A device stayed silent longer than it may, or a command that is sent once only got no ACK."""
