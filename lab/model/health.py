"""The machine's health: troubles and how long they went on. A start forgets the troubles of the one before."""

from controller.domain.events import HARMLESS
from lab.model import spans
from lab.model.draft import Draft
from lab.model.told import Told


def booted(draft: Draft, told: Told) -> None:
    """What was wrong before is over, or will be seen again; how long the machine was off in between, `starts` tells."""
    spans.end_all(draft, told, spans.TROUBLE)


def trouble_seen(draft: Draft, told: Told) -> None:
    trouble, device = told.text("trouble"), told.text("device", "")
    spans.begin(draft, told, spans.TROUBLE, trouble, device, stops=trouble not in HARMLESS)


def trouble_over(draft: Draft, told: Told) -> None:
    spans.end(draft, told, spans.TROUBLE, told.text("trouble"), told.text("device", ""))
