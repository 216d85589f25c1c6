"""Where a phone begins: her shelf and her money, or, for a phone that nobody knows, how it comes in."""

from fastapi import Request, Response

from admin_web.phone.door import MEMBERS, at, room
from admin_web.phone.drawn import drawn

router = room(*MEMBERS)


@router.get("/")
def home(request: Request) -> Response:
    """Hers."""
    return drawn(request, "home.html", who=at(request).who)
