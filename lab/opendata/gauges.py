"""The machines' figures for Prometheus, in its text form: how each stands at this moment. Made anew for each look.

A machine is a label; there are as many series as machines. Units stand in the names, in cents where it is money.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from lab.pages.standing import Standing, Verdict


class Gauge(NamedTuple):
    """A figure: its name, what it says, and where it comes from."""

    name: str
    about: str
    of: Callable[[Standing], float]


GAUGES = (
    Gauge("minga_machine_age_seconds", "Since the lab heard of the machine last.", lambda one: one.age_ms / 1_000),
    Gauge("minga_machine_line_facts", "The lab has its facts from 1 to this number.", lambda one: one.seen.line.seq),
    Gauge("minga_machine_missing_facts", "Numbers missing before facts that wait aside.", lambda one: _missing(one)),
    Gauge("minga_machine_refused_messages", "Refused messages nobody has looked at.", lambda one: one.seen.refused),
    Gauge("minga_machine_unsent_facts", "Facts that were still only on the machine.", lambda one: one.seen.on_machine),
    Gauge("minga_machine_selling", "1 while it sells.", lambda one: one.verdict is Verdict.SELLS),
    Gauge("minga_machine_cash_waiting_cents", "Cash in it that waits to be fetched.", lambda one: one.seen.cash_cents),
    Gauge(
        "minga_machine_clock_trusted",
        "1 while its clock is kept right.",
        lambda one: bool(one.seen.state.get("trusted")),
    ),
)


def exposition(standings: Iterable[Standing]) -> bytes:
    """All gauges of these machines (Prometheus text format 0.0.4)."""
    registry = CollectorRegistry()
    registry.register(_Machines(list(standings)))
    return generate_latest(registry)


class _Machines(Collector):
    """Hands the registry what it was given."""

    def __init__(self, standings: list[Standing]) -> None:
        self._standings = standings

    def collect(self) -> Iterator[Metric]:
        for gauge in GAUGES:
            family = GaugeMetricFamily(gauge.name, gauge.about, labels=["machine"])
            for one in self._standings:
                family.add_metric([one.seen.name], float(gauge.of(one)))
            yield family


def _missing(one: Standing) -> int:
    return max(0, one.seen.missing_to - one.seen.line.seq)
