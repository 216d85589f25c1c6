"""Our own misuse of a provider; what a provider does wrong is never an exception but an `Unknown` (see `port`)."""


class LocalProtocolError(Exception):
    """We asked for something this provider cannot carry. A programmer's or a configuration's mistake: nothing was sent."""
