"""A provider's picture of its code, as a data URI: here a plain drawing that holds its text in the open, no real QR.

No camera reads it, so that no real wallet can. A simulated phone reads the text in it with `text_in`.
"""

import base64
import re
from html import escape, unescape

PREFIX = "data:image/svg+xml;base64,"


def picture(text: str) -> str:
    """The text as a picture, fit for an `img`."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300" viewBox="0 0 300 300">'
        f"<desc>{escape(text)}</desc>"
        '<rect width="300" height="300" fill="#fff"/>'
        '<path d="M20 20h70v70h-70zM210 20h70v70h-70zM20 210h70v70h-70z" fill="none" stroke="#000" stroke-width="20"/>'
        '<text x="150" y="158" font-size="20" font-family="sans-serif" text-anchor="middle">código simulado</text>'
        "</svg>"
    )
    return PREFIX + base64.b64encode(svg.encode()).decode()


def text_in(shown: str) -> str:
    """The text behind what a screen shows: that in the picture, or the link or number itself."""
    if not shown.startswith(PREFIX):
        return shown.strip()
    svg = base64.b64decode(shown.removeprefix(PREFIX)).decode()
    found = re.search("<desc>(.*?)</desc>", svg)
    return unescape(found[1]) if found else ""
