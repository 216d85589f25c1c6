"""The machine's half of a wallet: any number of open payments at one provider, one question on the line at a time.

No socket, no clock, no chance of its own: the caller sends what `to_send` gives, hands the reply to `hear`, and comes back
by `wake_ms`. All times are monotonic. A payment is asked for only when some answer came shortly before (the preflight); a
provider in trouble is asked more and more rarely, up to a bound, with chance in it so that two machines do not knock in
step. The number a provider gave to one payment is never believed for another.
"""

from collections.abc import Callable
from dataclasses import dataclass

from .errors import LocalProtocolError
from .events import Event
from .payment import Aim, Clocks, Creation, OpenPayment, Rank
from .port import Charge, Charged, Create, Intent, Meaning, Probe, Provider, Reply, Request, Told, Unknown

FIRST_WAIT_MS, MOST_WAIT_MS = 1_000, 60_000
"""After one failure in a row, and after many; each give or take a quarter."""
FAILURES_MAX = 3
"""So many in a row, and the provider counts as gone."""
OVER_KEPT = 64
"""So many payments that are over are kept, to say their last word again."""


@dataclass(frozen=True, slots=True)
class Dates:
    """When a payment was asked for and until when it can go back, in monotonic milliseconds."""

    asked_ms: int
    refund_by_ms: int


class Host:
    """`check_ms` is how long the line may rest before the provider is asked for a sign of life; `chance` gives 0 to 1."""

    def __init__(
        self, provider: Provider, chance: Callable[[], float], clocks: Clocks | None = None, check_ms: int = 60_000
    ) -> None:
        self._provider, self._chance, self._clocks, self._check_ms = provider, chance, clocks or Clocks(), check_ms
        self._can = provider.capabilities
        self._payments: dict[int, OpenPayment] = {}
        self._asked: tuple[int | None, Intent] | None = None
        self._quiet_ms = self._probe_ms = 0
        self._free_ms: int | None = None
        """When the next question may be asked; set when somebody first wants to, for whoever was before us may have just."""
        self._answered_ms: int | None = None
        self.failures = 0
        """How many questions in a row had no answer that could be used."""
        self.trouble = "not asked yet"
        """Why the provider cannot be used, in our words; empty when the last answer could be used."""

    # What the machine wants

    def ask(self, charge: Charge, now_ms: int) -> list[Event]:
        """Ask for a payment. Asked again it asks once, and says again what was said."""
        known = self._payments.get(charge.number)
        if known:
            return list(known.said)
        payment = OpenPayment(charge, self._can, self._clocks, now_ms, due_ms=now_ms)
        self._payments[charge.number] = payment
        try:
            self._provider.request(Create(charge))
        except LocalProtocolError as error:
            return payment.decline(str(error))
        return []

    def drop(self, charge: Charge, now_ms: int, dates: Dates | None = None) -> list[Event]:
        """Nobody waits for it any more: cancel it where that can be done, watch it in any case."""
        return self._known(charge, now_ms, dates).drop(now_ms)

    def watch(self, charge: Charge, now_ms: int, dates: Dates | None = None, waited: bool = False) -> list[Event]:
        """What has become of it? Nothing is asked for anew. `waited` when somebody may still stand there."""
        payment = self._known(charge, now_ms, dates)
        return list(payment.said) if waited or payment.aim is not Aim.WAITED else payment.drop(now_ms)

    def confirm(self, number: int) -> None:
        """What was paid for is delivered, or decided by a person from now on."""
        self._payments.pop(number, None)

    def reverse(self, charge: Charge, now_ms: int, dates: Dates, proof: str = "") -> list[Event]:
        """Give it back, all of it. `proof` is the number of a refund that was accepted before we were: it is only looked for.

        Asked again, it says again what was said.
        """
        return self._known(charge, now_ms, dates).reverse(charge, now_ms, dates.refund_by_ms, proof)

    def date(self, number: int, dates: Dates) -> None:
        """When this was asked for, now that it is known. Harmless for one that is over."""
        payment = self._payments.get(number)
        if payment is None:
            return
        payment.date(dates.asked_ms, dates.refund_by_ms)

    # The line

    @property
    def open(self) -> int:
        """How many payments are not over."""
        return sum(payment.aim is not Aim.OVER for payment in self._payments.values())

    @property
    def wake_ms(self) -> int:
        """When `to_send` may have something next; 0 for now."""
        due_ms = [max(self._quiet_ms, self._probe_ms)]
        for payment in self._payments.values():
            due_ms.append(payment.due_ms if payment.rank is Rank.CREATE else max(self._quiet_ms, payment.due_ms))
        return max(self._free_ms or 0, min(due_ms))

    def healthy(self, now_ms: int) -> bool:
        """Whether a call was answered lately, and not too many failed since."""
        if self._answered_ms is None or self.failures >= FAILURES_MAX:
            return False
        return now_ms - self._answered_ms <= 2 * self._check_ms

    def to_send(self, now_ms: int) -> Request | None:
        """The next question, when one is due. Its reply goes to `hear`, also when there is none."""
        if self._free_ms is None:
            self._free_ms = now_ms + self._can.gap_ms
        if self._asked or now_ms < self._free_ms:
            return None
        number, intent = self._next(now_ms)
        if intent is None:
            return None
        request = self._provider.request(intent)
        self._asked = number, intent
        if number is not None:
            self._payments[number].sent(intent)
        return request

    def hear(self, reply: Reply, now_ms: int) -> list[Event]:
        """What follows from the reply to the question that was asked last."""
        assert self._asked, "a reply to no question"
        (number, intent), self._asked = self._asked, None
        meaning = self._believed(number, self._provider.meaning(intent, reply))
        self._take_pulse(meaning, isinstance(intent, Probe), reply.retry_after_ms, now_ms)
        payment = self._payments.get(number) if number is not None else None
        if payment:
            events = payment.heard(intent, meaning, now_ms)
        else:
            events = [] if self.healthy(now_ms) else self._failed_preflight()
        self._forget()
        return events

    def _next(self, now_ms: int) -> tuple[int | None, Intent | None]:
        """The most urgent question that is due. A payment is asked for also in quiet times, after a sign of life."""
        due = [(payment.rank, payment.due_ms, number) for number, payment in self._payments.items()]
        due = [one for one in due if one[1] <= now_ms and (one[0] is Rank.CREATE or now_ms >= self._quiet_ms)]
        if not due:
            probes = now_ms >= max(self._probe_ms, self._quiet_ms)
            return None, Probe() if probes else None
        rank, _, number = min(due)
        if rank is Rank.CREATE and not self.healthy(now_ms):
            return None, Probe()
        return number, self._payments[number].intent

    def _failed_preflight(self) -> list[Event]:
        return [event for payment in self._payments.values() for event in payment.preflight_failed()]

    def _believed(self, number: int | None, meaning: Meaning) -> Meaning:
        """The same, unless it gives one payment the provider's number for another."""
        if isinstance(meaning, Charged | Told) and meaning.transaction:
            others = (payment for other, payment in self._payments.items() if other != number)
            if any(payment.transaction == meaning.transaction for payment in others):
                return Unknown("it speaks of another payment", everywhere=False)
        return meaning

    def _take_pulse(self, meaning: Meaning, probed: bool, retry_after_ms: int, now_ms: int) -> None:
        self._free_ms = now_ms + self._can.gap_ms
        if isinstance(meaning, Unknown) and (meaning.everywhere or probed):
            self.failures, self.trouble = self.failures + 1, meaning.why
            wait_ms = min(MOST_WAIT_MS, FIRST_WAIT_MS << min(self.failures - 1, 16))
            wait_ms = int(wait_ms * (0.75 + self._chance() / 2))
            self._quiet_ms = now_ms + max(wait_ms, min(MOST_WAIT_MS, retry_after_ms))
            self._probe_ms = self._quiet_ms
        elif not isinstance(meaning, Unknown):
            self.failures, self.trouble, self._answered_ms = 0, "", now_ms
            self._quiet_ms, self._probe_ms = 0, now_ms + self._check_ms

    def _known(self, charge: Charge, now_ms: int, dates: Dates | None) -> OpenPayment:
        """This payment; one that is not known was asked for by the one before us, if at all."""
        asked_ms = dates.asked_ms if dates else now_ms
        new = OpenPayment(charge, self._can, self._clocks, asked_ms, creation=Creation.BEFORE, due_ms=now_ms)
        return self._payments.setdefault(charge.number, new)

    def _forget(self) -> None:
        over = [number for number, payment in self._payments.items() if payment.aim is Aim.OVER]
        for number in over[: max(0, len(over) - OVER_KEPT)]:
            del self._payments[number]
