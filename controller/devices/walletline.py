"""HTTPS to one wallet's provider: requests out, replies in, keys added here and nowhere else.

Certificates are checked, redirects are not followed, no proxy is taken from the environment, an answer has a size and a time
it must keep. Nothing of a request or an answer is ever logged: neither address nor body nor keys.
"""

import logging
import os
import ssl
import stat
import time
from pathlib import Path

import httpx

from controller.errors import MingaError
from controller.protocols.wallets import Reply, Request

CONNECT_S, READ_S, WHOLE_S = 3.0, 4.0, 5.0
"""To get through, between two pieces of an answer, and for all of it."""
BODY_BYTES_MAX = 512 * 1024
"""A picture of a QR code has its place in it."""
KEY_CHARS_MAX = 4_096
RETRY_AFTER_S_MAX = 3_600
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
"""After these the request surely was not acted on; after any other trouble it may have been."""

for chatty in ("httpx", "httpcore"):  # they would write down addresses, and headers too
    logging.getLogger(chatty).setLevel(logging.WARNING)


def key_in(path: Path) -> str:
    """The key in this file. Raises MingaError with the way out when it cannot be had, or when others could have it too."""
    try:
        with path.open(encoding="ascii") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(KEY_CHARS_MAX + 1).strip()
    except (OSError, ValueError) as error:
        raise MingaError(
            f"{path}: the key cannot be read ({type(error).__name__}); put it there, with mode 0600"
        ) from None
    if stat.S_IMODE(mode) & 0o077:
        raise MingaError(f"{path}: others may read this key; `chmod 600 {path}`, and ask for a new key if they could")
    if not text or len(text) > KEY_CHARS_MAX or not text.isprintable() or " " in text:
        raise MingaError(f"{path}: this is no key; the file holds the key alone, on one line")
    return text


class WalletLine:
    """One provider's address. Used by one thread."""

    def __init__(self, url: str, headers: dict[str, str], proxy: str = "") -> None:
        self._url = url.rstrip("/")
        own = {"content-type": "application/json", "accept": "application/json", "accept-encoding": "identity"}
        self._client = httpx.Client(
            headers={**own, "user-agent": "minga", **headers},
            timeout=httpx.Timeout(READ_S, connect=CONNECT_S),
            follow_redirects=False,
            trust_env=False,
            proxy=proxy or None,
        )

    def close(self) -> None:
        self._client.close()

    def exchange(self, request: Request) -> Reply:
        """Send it, and wait for what comes back; never longer than a few seconds. Raises nothing for the far end's doings."""
        late_s = time.monotonic() + WHOLE_S
        try:
            with self._client.stream(request.method, self._url + request.path, content=request.body) as response:
                return Reply(response.status_code, _body(response, late_s), True, _retry_after_ms(response))
        except UNSENT:
            return Reply(None, reached=False)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ssl.SSLError, OSError):
            return Reply(None)


def _body(response: httpx.Response, late_s: float) -> bytes:
    """All of it; nothing when it is packed, too long, or drips. What is no JSON then means nothing to anybody."""
    if response.headers.get("content-encoding", "identity") != "identity":
        return b""
    body = b""
    for piece in response.iter_raw():
        body += piece
        if len(body) > BODY_BYTES_MAX or time.monotonic() > late_s:
            return b""
    return body


def _retry_after_ms(response: httpx.Response) -> int:
    """What the provider asks for in seconds; a date would need a clock, and is left out."""
    text = response.headers.get("retry-after", "")
    return min(RETRY_AFTER_S_MAX, int(text)) * 1_000 if text.isascii() and text.isdigit() and len(text) < 9 else 0
