"""What the assembly has decided and the pages reckon with; the machine sells the same without it."""

from typing import Annotated

from pydantic import Field, field_validator

from controller.config.sections import Section
from controller.domain.facts import Work
from controller.domain.statutes import MAJORITY, TURN_DAYS, Statutes, fraction


class Assembly(Section):
    hourly_cents: Annotated[int, Field(ge=0, le=10_000)] = 250
    """What an hour of sewing is worth at least, for whoever asks which price would be fair. An example until the assembly
    has decided its own; 0 counts materials alone."""
    vat_permille: Annotated[int, Field(ge=0, le=300)] = 150
    """The VAT that the page offers for a seller who charges any, in tenths of a percent; what holds for her is a fact."""
    quorum: str = "1/2"
    """How many of those who may vote must do so, as a part of them; fewer, and nothing changes."""
    majority: dict[str, str] = Field(default=dict(MAJORITY))
    """By kind of proposal, which part of the votes for yes and no carries it; always more must be for it than against it."""
    open_days: Annotated[int, Field(ge=1, le=60)] = 7
    """How long a vote is open."""
    notice_days: Annotated[int, Field(ge=0, le=90)] = 7
    """How long after its decision a rule takes effect: of the split, of prices, of opening hours."""
    turn_days: dict[str, Annotated[int, Field(ge=0, le=365)]] = Field(default=dict(TURN_DAYS))
    """By shared work, so many days after it was last done it is due again; 0 reminds nobody."""

    @field_validator("quorum")
    @classmethod
    def _a_part(cls, quorum: str) -> str:
        fraction(quorum)
        return quorum

    @field_validator("majority")
    @classmethod
    def _parts(cls, majority: dict[str, str]) -> dict[str, str]:
        """A kind that is not named keeps its usual majority."""
        if strangers := majority.keys() - MAJORITY.keys():
            raise ValueError(f"{sorted(strangers)} are no kinds of proposal: name {', '.join(MAJORITY)}")
        for part in majority.values():
            fraction(part)
        return {**MAJORITY, **majority}

    @field_validator("turn_days")
    @classmethod
    def _works(cls, days: dict[str, int]) -> dict[str, int]:
        """A work that is not named keeps its usual days."""
        if strangers := days.keys() - set(Work):
            raise ValueError(f"{sorted(strangers)} are no shared work: name {', '.join(Work)}")
        return {**TURN_DAYS, **days}

    @property
    def statutes(self) -> Statutes:
        """What a vote goes by."""
        return Statutes(self.quorum, self.majority, self.open_days, self.notice_days, self.turn_days)
