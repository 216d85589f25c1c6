"""What the visitor's screen says in this machine's own words: who helps, and what the lab asks after a sale."""

from typing import Annotated

from pydantic import Field, field_validator, model_validator

from controller.config.sections import Section

Word = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
"""It stands in the books and in the data of the lab; what people read is beside it."""
Said = Annotated[str, Field(min_length=1, max_length=80)]
QUESTION = "what-brought-you"
KNOWN = frozenset({QUESTION, "seen", "gift", "knows-maker", "other"})
"""The words that the pages can say by themselves, in every language."""


class Kiosk(Section):
    help_name: Annotated[str, Field(max_length=60)] = ""
    """Who helps a visitor, such as `"Mesa de informaciones"`; without it, the museum's staff and the compañeras."""
    help_place: Annotated[str, Field(max_length=60)] = ""
    """Where that is, such as `"a la entrada"`."""
    help_phone: Annotated[str, Field(max_length=20, pattern=r"^[0-9+() -]*$")] = ""
    """A telephone number to call."""
    question: Annotated[str, Field(pattern=r"^[a-z0-9-]{0,32}$")] = QUESTION
    """What the lab asks after a sale, by its word; `""` asks nothing. Another question needs another word."""
    answers: Annotated[list[Word], Field(max_length=5)] = Field(default=["seen", "gift", "knows-maker", "other"])
    """Two to five answers to touch, by their words."""
    words: dict[Word, dict[str, Said]] = Field(default={})
    """How a question or an answer of your own is said, by language: `gift = { es = "Para regalar", en = "A present" }`."""

    @field_validator("words")
    @classmethod
    def _in_spanish(cls, words: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        if lacking := sorted(word for word, said in words.items() if "es" not in said):
            raise ValueError(f"{lacking} must at least be said in `es`: it stands in for every other language")
        return words

    @model_validator(mode="after")
    def _all_can_be_said(self) -> "Kiosk":
        if not self.question:
            return self
        if len(set(self.answers)) < max(2, len(self.answers)):
            raise ValueError("`kiosk.answers` needs two to five different answers")
        if silent := sorted({self.question, *self.answers} - KNOWN - self.words.keys()):
            raise ValueError(f"`kiosk.words` must say {silent}, at least in `es`")
        return self
