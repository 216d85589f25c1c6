"""Whose fault it is: ours (`LocalProtocolError`) or the payload's (`RemoteProtocolError`), as in h11."""


class ProtocolError(Exception):
    """The base of both; never raised itself."""


class LocalProtocolError(ProtocolError):
    """We asked for a payload that breaks the standard. Says every rule it breaks; nothing was written."""


class RemoteProtocolError(ProtocolError):
    """What was read is no row of whole objects: the message names the character, counted from 1."""
