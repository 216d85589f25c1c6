"""Whose fault it is: ours (`LocalProtocolError`) or the other end's (`RemoteProtocolError`), as in h11."""


class ProtocolError(Exception):
    """The base of both; never raised itself."""


class LocalProtocolError(ProtocolError):
    """We asked for something ccTalk forbids. A programmer's mistake: nothing was sent."""


class RemoteProtocolError(ProtocolError):
    """What was heard is not ccTalk, or not the answer to what was asked. Normal on a noisy line: count it, ask again."""
