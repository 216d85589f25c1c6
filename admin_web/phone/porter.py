"""What somebody at the machine changes for phones: the porter looks at its picture and its books, all the time.

The service button ends the waits after wrong PINs: whoever presses it has the door's key. And a phone that is nobody's in the
books any more loses its key here, so that older books, put back from a backup, let it in no more.
"""

import asyncio
import logging
import sqlite3

from fastapi.concurrency import run_in_threadpool

from admin_web.phone.people import people
from admin_web.phone.place import Place

log = logging.getLogger(__name__)

ROUND_S = 30.0
"""The books are looked at so often, whether or not any phone asks for a page."""


class Porter:
    """Of one machine. `watch` never ends by itself."""

    def __init__(self, place: Place) -> None:
        self._place, self._code = place, ""

    async def watch(self) -> None:
        """Look at every new picture, and at the books every half minute."""
        gateway, loop = self._place.gateway, asyncio.get_running_loop()
        next_s = loop.time()
        while not gateway.closing:
            try:
                if loop.time() >= next_s:
                    next_s = loop.time() + ROUND_S
                    await run_in_threadpool(self.sweep)
                await run_in_threadpool(self.look)
            except sqlite3.Error as error:
                log.warning("the book of phones cannot be written: %s", error)
            await gateway.changed(ROUND_S)

    def look(self) -> None:
        """A code that was not on the screen before: somebody has just pressed the service button at the open door."""
        gateway = self._place.gateway
        pairing = None if gateway.stale or gateway.picture is None else gateway.picture.pairing
        if pairing is not None and pairing.code != self._code:
            self._code = pairing.code
            self._place.phonebook.clear_waits()

    def sweep(self) -> None:
        """Forget the phones that the books do not know; all stay while the books cannot be read."""
        phonebook = self._place.phonebook
        before = phonebook.phones()  # a phone that is bound meanwhile is not among them
        found = people(self._place.database)
        if found.readable:
            for phone in before - found.assembly.phones.keys():
                phonebook.forget(phone)
