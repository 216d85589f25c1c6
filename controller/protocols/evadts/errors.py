"""Whose fault it is: ours (`LocalProtocolError`) or the file's (`RemoteProtocolError`), as in h11."""


class ProtocolError(Exception):
    """The base of both; never raised itself."""


class LocalProtocolError(ProtocolError):
    """We asked for a file that breaks the standard; nothing was written."""


class RemoteProtocolError(ProtocolError):
    """What was read is no audit file, or an element is not what its type says: the message names the place."""
