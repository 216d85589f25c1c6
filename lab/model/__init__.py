"""The read model: from the facts of machines to what pages, indicators and exports ask. It can be folded anew at any time.

The hub calls `prepare` once and `catch_up` for a machine after each take, until nothing waits. `lab.model.tables` says what
there is to ask for.
"""

from lab.model.catchup import Progress, catch_up, forget, prepare
from lab.model.tables import TABLES

__all__ = ["TABLES", "Progress", "catch_up", "forget", "prepare"]
