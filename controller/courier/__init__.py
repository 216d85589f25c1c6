"""The courier: carries facts from the books to the lab, and says beside them how the machine is (`docs/sync.md`).

A thread with a read-only connection of its own. The brain only tells it that there is news; it never waits for it and does no
work for it. What is known of the lab is a place in the books, kept in a small file beside them.
"""

from controller.courier.courier import Courier
from controller.courier.memory import Memory, place_of, read, recalled
from controller.courier.told import Told, told

__all__ = ["Courier", "Memory", "Told", "place_of", "read", "recalled", "told"]
