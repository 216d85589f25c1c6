"""How this visitor wants the page: her language, larger text, high contrast; one tap each, and for her visit only.

The screen belongs to whoever stands before it, so a choice ends by itself: the cookie that keeps it lives for a minute,
and is kept alive only while the machine is in use or somebody touches the page. Nothing here reaches the controller.
"""

from dataclasses import dataclass, replace

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from admin_web.words import FALLBACK, LANGUAGES
from controller.domain.cycle import Phase
from controller.domain.view import View

COOKIE = "minga-comfort"
REST_S = 60
"""After this long without a touch, without credit and without news the page is again as the next visitor expects it."""


@dataclass(frozen=True, slots=True)
class Comfort:
    """`language` is one of `LANGUAGES`. As words (`en large contrast`) it stands on the page for the style sheets."""

    language: str = FALLBACK
    large: bool = False
    contrast: bool = False

    def __str__(self) -> str:
        chosen = (("large", self.large), ("contrast", self.contrast))
        return " ".join((self.language, *(word for word, on in chosen if on)))

    def after(self, wish: str) -> "Comfort":
        """After a button: a language, `large` or `usual` text, `strong` or `soft` contrast, or `rest`, which ends it all."""
        match wish:
            case "large" | "usual":
                return replace(self, large=wish == "large")
            case "strong" | "soft":
                return replace(self, contrast=wish == "strong")
            case "rest":
                return Comfort()
            case _:
                return replace(self, language=wish) if wish in LANGUAGES else self


def comfort(request: Request) -> Comfort:
    """What this browser chose a moment ago. Words that are none of ours count for nothing."""
    words = request.cookies.get(COOKIE, "").split(".")
    language = next((word for word in words if word in LANGUAGES), FALLBACK)
    return Comfort(language, "large" in words, "contrast" in words)


def kept(response: Response, chosen: Comfort) -> Response:
    """The same answer, which lets the choice live for another while. The page's script renews it too, so it may read it."""
    if chosen == Comfort():
        response.delete_cookie(COOKIE, samesite="strict")
    else:
        response.set_cookie(COOKIE, str(chosen).replace(" ", "."), max_age=REST_S, samesite="strict")
    return response


def in_use(view: View | None) -> bool:
    """Whether the machine is dealing with a visitor, or has just told her something."""
    if view is None:
        return False
    return view.phase != Phase.IDLE or bool(view.credit_cents or view.chosen or view.notice)


router = APIRouter()


@router.post("/comfort")
async def change(request: Request) -> Response:
    """A button for a language, larger text or contrast. It says what shall be, so that touching it twice does no harm."""
    wish = str((await request.form(max_files=0, max_fields=4)).get("wish", ""))
    return kept(RedirectResponse("/", status_code=303), comfort(request).after(wish))
