"""An alert in words, Spanish or English: one short sentence that says what, where, since when; a message is one machine's."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from lab.alerts.register import Entry
from lab.alerts.rules import Alert, Rule
from lab.model.calendar import zone_called


class Message(NamedTuple):
    """What goes out: a title for a list of messages, and a body."""

    title: str
    body: str


SENTENCES: Mapping[str, Mapping[str, str]] = {
    "es": {
        Rule.OFFLINE: "no se sabe nada de la máquina desde {since}",
        Rule.NO_SALES: "dice que vende y no vende desde {since}: más de {n} horas abierta",
        Rule.JAMS: "fallaron {n} de las últimas {of} ventas",
        Rule.EMPTY: "el espiral {subject} está vacío desde {since}",
        Rule.CASH: "el conteo de {subject} ({since}) no cuadra: {money}",
        Rule.CLOCK: "su reloj no es de confianza desde {since}",
        Rule.MISSING: "faltan hechos{numbers} desde {since}; los siguientes esperan",
        Rule.REFUSED: "mensajes rechazados que nadie ha mirado: {n} (`minga hub strays`)",
        "over": "Se resolvió: ",
        "less": "faltan {money}",
        "more": "sobran {money}",
        "numbers": " ({n} a {of})",
        "try": "Prueba: los avisos de Minga llegan hasta aquí.",
    },
    "en": {
        Rule.OFFLINE: "nothing was heard of the machine since {since}",
        Rule.NO_SALES: "it says it sells and has sold nothing since {since}: more than {n} hours of opening",
        Rule.JAMS: "{n} of the last {of} vends failed",
        Rule.EMPTY: "slot {subject} is empty since {since}",
        Rule.CASH: "the count of {subject} ({since}) does not agree: {money}",
        Rule.CLOCK: "its clock is not trusted since {since}",
        Rule.MISSING: "facts{numbers} are missing since {since}; later ones wait",
        Rule.REFUSED: "refused messages at which nobody has looked: {n} (`minga hub strays`)",
        "over": "Solved: ",
        "less": "{money} too little",
        "more": "{money} too much",
        "numbers": " {n} to {of}",
        "try": "A trial: Minga's alerts come as far as this.",
    },
}
"""Places (`coinbox`, `hopper:25`) and slots are told by the words that stand on the machine and in its books."""


def message(machine: str, place: str, zone: str, told: Sequence[Entry], language: str) -> Message:
    """Everything there is to tell about one machine now: what is open first, then what is over."""
    over = SENTENCES[language]["over"]
    lines = [
        (over if entry.over_ms else "") + sentence(entry.alert, zone, language)
        for entry in sorted(told, key=lambda entry: bool(entry.over_ms))
    ]
    return Message(f"Minga: {machine} ({place})" if place else f"Minga: {machine}", "\n".join(lines))


def trial(language: str) -> Message:
    """To see whether messages arrive."""
    return Message("Minga", SENTENCES[language]["try"])


def sentence(alert: Alert, zone: str, language: str) -> str:
    """What is so, without the machine's name; times as clocks show them where it stands."""
    words = SENTENCES[language]
    numbers = words["numbers"].format(n=alert.n, of=alert.of) if alert.n else ""
    return words[alert.rule].format(
        since=_moment(alert.since_ms, zone),
        subject=alert.subject,
        n=alert.n,
        of=alert.of,
        numbers=numbers,
        money=words["less" if alert.n < 0 else "more"].format(money=_money(abs(alert.n), language)),
    )


def _moment(at_ms: int, zone: str) -> str:
    return f"{datetime.fromtimestamp(at_ms // 1_000, UTC).astimezone(zone_called(zone)):%Y-%m-%d %H:%M}"


def _money(cents: int, language: str) -> str:
    return f"${cents // 100}{',' if language == 'es' else '.'}{cents % 100:02}"
