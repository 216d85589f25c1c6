"""From when on something is an alert: the section `[alert]` of `hub.toml`."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Hours = Annotated[int, Field(ge=1, le=8_760)]


class Limits(BaseModel):
    """`docs/hub.md` has the table."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    language: Literal["es", "en"] = "es"
    """In which language people are told."""
    every_s: Annotated[int, Field(ge=1, le=3_600)] = 60
    """So often all machines are looked at."""
    silent_h: Hours = 3
    """A machine of which nothing was heard for so long; one that is well says how it is every two hours."""
    no_sales_h: Hours = 16
    """So many hours of opening without a sale, while the machine says that it sells."""
    vends: Annotated[int, Field(ge=5, le=1_000)] = 20
    """Over so many of the newest vends failures are counted."""
    failed_percent: Annotated[int, Field(ge=1, le=100)] = 20
    """So many of a hundred of them failed."""
    empty_h: Hours = 24
    """A slot that has been empty for so long."""
    cash_cents: Annotated[int, Field(ge=1)] = 500
    """A place whose last count found so much too little or too much."""
    clock_h: Hours = 12
    """A clock that has not been trusted for so long."""
    missing_h: Hours = 1
    """Facts that later ones have waited for so long. What was refused is told at once."""
