"""The scenes as the stream would bring them, drawn without a wait: for tests that look at all of them, many times over."""

from pathlib import Path

from scenes import SCENES

from admin_web.books import read_names
from admin_web.gateway import Gateway
from admin_web.kiosk.page import Kiosk
from admin_web.kiosk.sheets import Sheets


def drawn(folder: Path, language: str) -> dict[str, str]:
    """Every scene's markup in this language, with the names and photos of the museum in this folder."""
    gateway = Gateway(folder / "minga.sock", folder / "minga.db", lambda: 0.0)
    names = read_names(folder / "minga.db")
    assert names
    gateway.names, gateway._seen_s = names, 0.0
    kiosk, found = Kiosk(gateway, "a build", Sheets("", "", "")), {}
    for name, view in SCENES.items():
        gateway.picture = view
        found[name] = kiosk.scene(language)
    return found
