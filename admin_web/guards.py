"""What every request passes: our own host name, our own origin, and headers that leave a page nowhere else to go.

A page of another site, open in the same browser, can neither press our buttons (Origin, Fetch metadata) nor read us
under a name of its own (Host). The only cookie says how a visitor likes to read. A plain ASGI layer, so that streams are
never held back.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""Pictures may stand in the page itself: a wallet's provider sends its code so."""
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
"""Set unless the answer says otherwise. `Referrer-Policy: same-origin`, because `no-referrer` makes browsers send
`Origin: null` with our own forms (Fetch standard, "append a request Origin header")."""


def policy(framed_by: str, more: str = "") -> str:
    """The Content-Security-Policy of a page that only this origin may frame. `more` are directives of the page's own."""
    own = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors " + (framed_by or "'none'"))
    return f"{own}; {more}" if more else own


class Guards:
    """`host` is the name or address the pages are served on; loopback names and the connection's own address pass too.

    `framed_by` is the one origin that may show the pages in a frame, such as the simulated machine's; without it none may.
    `more` is added to the policy: the hashes of what a page brings inside itself.
    """

    by_number = True
    """Whether the address that the connection has is one of our names."""

    def __init__(self, app: ASGIApp, host: str, framed_by: str = "", more: str = "") -> None:
        self.app, self.hosts = app, LOOPBACK | {host.lower()}
        self.headers = HEADERS | {"Content-Security-Policy": policy(framed_by, more)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope)
        answer = PlainTextResponse(refusal[1], refusal[0]) if refusal else self.app
        await answer(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        hosts = self.hosts | {(scope.get("server") or ("",))[0]} if self.by_number else self.hosts
        if _name(headers.get("host", "")) not in hosts:
            return 400, "This machine does not answer to that name."
        if scope["method"] not in ("GET", "HEAD") and not self.may_press(headers, scope):
            return 403, "Only this machine's own page may press its buttons."
        return None

    def may_press(self, headers: Headers, scope: Scope) -> bool:
        """Whether this request may change something: nothing in it says that another site's page has made it."""
        origin, site = headers.get("origin"), headers.get("sec-fetch-site", "same-origin")
        return origin in (None, _own(headers, scope)) and site in ("same-origin", "none")


class PhoneGuards(Guards):
    """For a network in which others are: a fixed list of names, and no form from whoever does not say where it was.

    `address` is how phones reach these pages (`http://minga.local:8081`), `names` are others they answer to. Not the address
    the connection happens to have, as on the kiosk: by another name a phone would bring no key, and what is not in the list
    cannot be tested. A machine that is reached by its number has it in `phones.names`.
    """

    by_number = False
    path_bytes_max = 1_024

    def __init__(self, app: ASGIApp, address: str, names: Iterable[str] = ()) -> None:
        super().__init__(app, urlsplit(address).hostname or "127.0.0.1")
        self.hosts |= {name.lower() for name in names}
        self.address = address

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        if len(scope["path"].encode()) > self.path_bytes_max:
            return 414, "No page of this machine has so long a name."
        return super()._refusal(scope)

    def may_press(self, headers: Headers, scope: Scope) -> bool:
        """Browsers say it with every form, by the one header or by both; `address` may be https where TLS ends before us."""
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        said = origin is not None or site is not None
        return said and origin in (None, self.address, _own(headers, scope)) and site in (None, "same-origin", "none")


def _own(headers: Headers, scope: Scope) -> str:
    """The origin of a page that was asked from us by this name."""
    return f"{scope['scheme']}://{headers.get('host', '')}"


def _name(host: str) -> str:
    """The name in a Host header, without its port and brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()
