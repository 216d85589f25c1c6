"""The machine's own screen: the visitor's page, framed where it allows that, or a link to it where it does not.

The visitor's page lets nobody frame it unless its process was told whom (`minga web --framed-by`). This looks at what it
says, so that the stage never shows a browser's refusal in place of a screen.
"""

import asyncio
import re
from typing import Literal
from urllib.parse import urlsplit

import httpx

from controller.errors import MingaError

Showing = Literal["none", "away", "apart", "framed"]
"""No page is known; it does not answer; it may be opened beside; it may stand in the frame."""
ASK_S, ASK_AGAIN_S, ASK_FRAMED_S = 2.0, 1.0, 5.0


def address_of(kiosk: str, port: int) -> str:
    """Where the visitor's page is: as told, or at this port; empty when nobody knows. Raises MingaError for strangers."""
    if not kiosk:
        return f"http://127.0.0.1:{port}/" if port else ""
    url = urlsplit(kiosk)
    if url.scheme != "http" or url.hostname != "127.0.0.1" or not url.port or url.path not in ("", "/"):
        raise MingaError(f"{kiosk}: the stage shows pages of this computer only; try --kiosk http://127.0.0.1:8080/")
    return f"http://127.0.0.1:{url.port}/"


def may_frame(policy: str, origin: str) -> bool:
    """Whether a page with this Content-Security-Policy lets `origin` frame it; without a word on it, it does not here."""
    found = re.search(r"(?:^|;)\s*frame-ancestors\s+([^;]*)", policy)
    return found is not None and origin in found[1].split()


class Screen:
    """`showing` is true as of a moment ago."""

    def __init__(self, address: str, origin: str) -> None:
        self.address, self.showing = address, "none" if not address else "away"
        self._origin = origin

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        if not self.address:
            return
        async with httpx.AsyncClient(trust_env=False, timeout=ASK_S) as client:
            while True:
                self.showing = await self._ask(client)
                await asyncio.sleep(ASK_FRAMED_S if self.showing == "framed" else ASK_AGAIN_S)

    async def _ask(self, client: httpx.AsyncClient) -> Showing:
        try:
            answer = await client.get(self.address)
        except httpx.HTTPError:
            return "away"
        policy = answer.headers.get("content-security-policy", "")
        return "framed" if may_frame(policy, self._origin) else "apart"
