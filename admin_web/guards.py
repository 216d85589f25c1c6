"""What every request passes: our own host name, our own origin, and headers that leave a page nowhere else to go.

A page of another site, open in the same browser, can neither press our buttons (Origin, Fetch metadata) nor read us
under a name of its own (Host). The only cookie says how a visitor likes to read. A plain ASGI layer, so that streams are
never held back.
"""

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


def policy(framed_by: str) -> str:
    """The Content-Security-Policy of a page that only this origin may frame."""
    return CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors " + (framed_by or "'none'"))


class Guards:
    """`host` is the name or address the pages are served on; loopback names and the connection's own address pass too.

    `framed_by` is the one origin that may show the pages in a frame, such as the simulated machine's; without it none may.
    """

    def __init__(self, app: ASGIApp, host: str, framed_by: str = "") -> None:
        self.app, self.hosts = app, LOOPBACK | {host.lower()}
        self.headers = HEADERS | {"Content-Security-Policy": policy(framed_by)}

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
        host = headers.get("host", "")
        if _name(host) not in self.hosts | {(scope.get("server") or ("",))[0]}:
            return 400, "This machine does not answer to that name."
        if scope["method"] in ("GET", "HEAD"):
            return None
        origin, site = headers.get("origin"), headers.get("sec-fetch-site", "same-origin")
        if (origin is not None and origin != f"{scope['scheme']}://{host}") or site not in ("same-origin", "none"):
            return 403, "Only this machine's own page may press its buttons."
        return None


def _name(host: str) -> str:
    """The name in a Host header, without its port and brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()
