"""What this one machine says of itself by its configuration: who helps, what is asked after a sale, and its buttons."""

from dataclasses import dataclass, field

from admin_web.words import FALLBACK, Words
from controller.config import Config
from controller.config import Kiosk as Screen


@dataclass(frozen=True, slots=True)
class House:
    """`buttons`: a piece can be chosen, and money asked back, by hand. `phones` is the address of the pages for phones."""

    screen: Screen = field(default_factory=Screen)
    buttons: bool = False
    phones: str = ""

    @property
    def question(self) -> str:
        return self.screen.question

    @property
    def answers(self) -> list[str]:
        return self.screen.answers

    def asks(self, words: Words) -> str:
        """The question: in the configuration's own words, or in those that the pages know; empty when nothing is asked."""
        return (self._own(self.question, words) or words.about("question", self.question)) if self.question else ""

    def answer(self, word: str, words: Words) -> str:
        """An answer, likewise."""
        return self._own(word, words) or words.about("answer", word)

    def receipt(self, token: str) -> str:
        """Where a phone finds this receipt; empty without a token, and where no phone reaches this machine."""
        return f"{self.phones}/r/{token}" if self.phones and token else ""

    def helper(self, words: Words) -> str:
        """Who helps, and where."""
        name = self.screen.help_name or words.say("help.anybody")
        return ", ".join(filter(None, (name, self.screen.help_place)))

    def _own(self, word: str, words: Words) -> str:
        said = self.screen.words.get(word, {})
        return said.get(words.lang.partition("-")[0], said.get(FALLBACK, ""))


def house(config: Config) -> House:
    """By the whole configuration."""
    keys = config.board.slot_keys if config.cabinet.drive == "board" else config.cabinet.slot_buttons
    return House(config.kiosk, buttons=bool(keys), phones=config.phones.address)
