"""The words of the stage, a file a language; what a language lacks is said in Spanish."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

WORDS = Path(__file__).parent / "words"
LANGUAGES = ("es", "en")


@cache
def words(language: str) -> dict[str, Any]:
    """All words by section and key."""
    spanish = tomllib.loads((WORDS / "es.toml").read_text(encoding="utf-8"))
    if language == "es":
        return spanish
    own = tomllib.loads((WORDS / f"{language}.toml").read_text(encoding="utf-8"))
    return {section: {**told, **own.get(section, {})} for section, told in spanish.items()}
