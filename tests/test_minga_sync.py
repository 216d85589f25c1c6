"""`minga sync` in words: how it stands, since when, and why not, for whoever stands before the machine with a terminal."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from builders import books, minga

from controller.commands.sync import words
from controller.courier.post import Line
from controller.courier.told import Told
from controller.domain.outbox import Aside

QUITO = ZoneInfo("America/Guayaquil")
NOON_MS = 1_795_280_400_000
"""Noon in Quito, 21 November 2026."""
WELL = Told("mqtts://broker.lab.example", 4_712, 4_712, 0, None, NOON_MS, Line(True, "", NOON_MS), 0, ())
WAITS = replace(WELL, held=4_000, waits=712, oldest_ms=NOON_MS)


def said(told: Told) -> str:
    status: Mapping[str, Any] = asdict(told)
    return "\n".join(words(status, QUITO))


def test_when_all_is_well_it_is_four_lines() -> None:
    """In touch since when, everything held, the last answer, nothing refused."""
    assert said(WELL).splitlines() == [
        "mqtts://broker.lab.example: in touch since 2026-11-21 12:00.",
        "The lab holds 4,712 of 4,712 facts; none waits.",
        "The lab answered last at 2026-11-21 12:00.",
        "Nothing was refused.",
    ]


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (WAITS, "The lab holds 4,000 of 4,712 facts; 712 wait, the oldest since 2026-11-21 12:00."),
        (
            replace(WELL, line=Line(False, "nobody answers", NOON_MS)),
            "no connection since 2026-11-21 12:00.\n  nobody answers",
        ),
        (replace(WELL, heard_ms=None), "The lab has never answered."),
        (replace(WAITS, line=Line(True, silent=True)), "The broker takes what is sent, and no answer comes"),
        (replace(WAITS, line=Line(True, refusal="the broker does not let …")), "  the broker does not let …"),
        (replace(WAITS, line=Line(True, foreign="the lab has another fact 40")), "put back without `minga restore`?"),
    ],
)
def test_what_is_not_well_is_said_with_its_reason(told: Told, sentence: str) -> None:
    """Each trouble has its sentence."""
    assert sentence in said(told)


def test_what_was_refused_is_listed_with_why() -> None:
    """The facts are in these books as ever; the lab keeps them aside."""
    asides = (Aside(81, 90, 1, "5a" * 32, "broken"), Aside(95, 95, 1, "5b" * 32, "reused"))
    assert said(replace(WELL, quarantined=11, refused=asides)).splitlines()[3:] == [
        "The lab keeps 11 facts aside; they stand in these books as ever:",
        "  81 to 90: they do not follow from what the lab holds",
        "  95 to 95: the lab holds other facts with these numbers",
    ]


def test_without_a_lab_it_says_so(tmp_path: Path) -> None:
    """Most machines stand alone; a program reads `null`."""
    file = tmp_path / "minga.toml"
    file.write_text('[machine]\nname = "museo-1"\n')
    assert minga("sync", "--config", file).out.startswith("This machine has no lab")
    assert minga("sync", "--json", "--config", file).out == "null\n"


def test_without_a_controller_the_books_say_what_waits(tmp_path: Path) -> None:
    """And nothing can be sent now."""
    books(tmp_path).close()
    file = tmp_path / "minga.toml"
    file.write_text('[machine]\nname = "museo-1"\n[sync]\nbroker = "mqtt://127.0.0.1"\n')
    told = minga("sync", "--config", file).out
    assert "no controller runs" in told
    assert "The lab holds 0 of 16 facts; 16 wait" in told
    now = minga("sync", "--now", "--config", file)
    assert (now.status, "no controller answers" in now.err) == (1, True)
