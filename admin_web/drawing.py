"""Templates of the pages: those of one kind of page, and behind them what all kinds share."""

from pathlib import Path

import jinja2

SHARED = Path(__file__).parent


def pages(here: Path) -> jinja2.Environment:
    """The templates of the pages that live in this folder. A name that a template is not given is an error, not a gap."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader([here / "templates", SHARED / "templates"]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
    )
