"""A hostile simulated Deuna: the merchant's calls over HTTP, with every trap that integrators have met or must expect.

    POST /merchant/v1/payment/request   open a charge            POST /merchant/v1/payment/refund   all of it, or nothing
    POST /merchant/v1/payment/info      what has become of it    POST /merchant/v1/payment/cancel   not to be paid any more

Written from public clients and from an integrator's notes of the provider's test system (August 2026), for there is no
public specification. Unverified, and so this simulator's own choice: what a second request under one reference does
(`same_reference`), what cancelling does, the words of most errors, the webhook's field names but the payer's. Nothing here
was compared with the provider, and its links lead nowhere (`.invalid`).
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from types import TracebackType
from typing import Literal, Self
from uuid import UUID

from hw_mocks.wallets import deuna_words as words
from hw_mocks.wallets.courier import RETRY_S, Courier
from hw_mocks.wallets.deuna_words import Bad, Fields
from hw_mocks.wallets.door import Answer, Call, Door
from hw_mocks.wallets.faults import Faults
from hw_mocks.wallets.till import Charge, Clock, Payment, Till, mono_ms, wall_ms

PATH = "/merchant/v1/payment/"
POINT_OF_SALE = "4200000"
MINUTE_MS, DAY_MS = 60_000, 86_400_000
EXPIRES_MINUTES, CODE_MINUTES = 15, 3
"""How long a charge lives when nothing is asked for (one client's default; the unit is unverified), and a lone code."""
INTERVAL_MS = 1_000
ECUADOR = timezone(timedelta(hours=-5))
TOO_MANY = Answer(429, {"statusCode": 429, "message": "Rate limit is exceeded. Try again in 1 seconds."})
INFO_BY = {"0": "transaction", "1": "reference", "2": "transfer"}
REFUND_BY = {"0": "transaction", "1": "transfer"}
"""What `idType` means; "1" is our reference in one call and the transfer's number in the other."""


class SimulatedDeuna:
    """`with SimulatedDeuna() as deuna:` listens at `deuna.url`; `deuna.till` has the truth, `deuna.faults` the knobs.

    `keys` are the (x-api-key, x-api-secret) it lets in; without them any two that are not empty, as with `point_of_sale`.
    Calls must be `interval_ms` apart; 0 switches the limit off. `same_day` closes refunds at midnight in Ecuador instead of
    after 24 h: the provider has said both.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        keys: tuple[str, str] | None = None,
        point_of_sale: str | None = None,
        same_reference: Literal["new", "same", "refused"] = "new",
        same_day: bool = False,
        interval_ms: int = INTERVAL_MS,
        retry_s: float = RETRY_S,
        seed: int = 0,
        mono: Clock = mono_ms,
        wall: Clock = wall_ms,
    ) -> None:
        self.faults = Faults()
        self.till = Till(self.faults, mono, wall, seed, looks_again=False)
        self.till.on_paid = self._tell_paid
        self.courier = Courier(retry_s)
        self.door = Door(self._answer, self.faults, mono, TOO_MANY, _broken, port)
        self._keys, self._point_of_sale = keys, point_of_sale
        self._same_reference, self._same_day, self._interval_ms = same_reference, same_day, interval_ms
        self._last_ms: int | None = None
        self._calls: dict[str, Callable[[Fields], Fields]] = {
            "request": self._request,
            "info": self._info,
            "refund": self._refund,
            "cancel": self._cancel,
        }

    @property
    def url(self) -> str:
        return self.door.url

    def open(self) -> Self:
        self.door.open()
        return self

    def close(self) -> None:
        self.door.close()
        self.courier.close()

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Who may call, and how often

    def _answer(self, call: Call) -> Answer:
        act = self._calls.get(call.path.removeprefix(PATH)) if call.path.startswith(PATH) else None
        if act is None or call.method != "POST":
            return Answer(404, {"statusCode": 404, "message": f"Cannot {call.method} {call.path}"})
        if not self._let_in(call.headers):
            return Answer(401, {"statusCode": 401, "message": "Unauthorized"})
        with self.till.lock:
            if self._hurries():
                return TOO_MANY
            try:
                return Answer(200, act(_fields(call)))
            except Bad as bad:
                return bad.answer

    def _let_in(self, headers: Mapping[str, str]) -> bool:
        given = headers.get("x-api-key", ""), headers.get("x-api-secret", "")
        return all(given) if self._keys is None else given == self._keys

    def _hurries(self) -> bool:
        now_ms = self.till.mono_ms()
        if self._last_ms is not None and now_ms - self._last_ms < self._interval_ms:
            return True
        self._last_ms = now_ms
        return False

    # Its four calls

    def _request(self, asked: Fields) -> Fields:
        cents = words.cents_asked(asked)
        if self._point_of_sale and asked["pointOfSale"] != self._point_of_sale:
            raise Bad(400, "pointOfSale does not belong to the merchant")
        reference = asked["internalTransactionReference"]
        before = self.till.find(lambda charge: charge.reference == reference)
        if before and self._same_reference == "refused":
            raise Bad(400, "internalTransactionReference already exists")
        charge = before if before and self._same_reference == "same" else self._opened(asked, cents)
        shown = words.offer(charge.link, charge.code, asked["format"])
        return {"transactionId": charge.charge_id, "status": "1"} | shown

    def _opened(self, asked: Fields, cents: int) -> Charge:
        now_ms, transaction = self.till.mono_ms(), self._uuid()
        minutes = CODE_MINUTES if asked["format"] == "3" else asked.get("expiredTime", EXPIRES_MINUTES)
        return self.till.open(
            Charge(
                transaction,
                asked["internalTransactionReference"],
                cents,
                now_ms + minutes * MINUTE_MS,
                link=f"https://pagar.deuna.invalid/merchant?id={transaction.replace('-', '')[:12].upper()}",
                code=f"{self.till.chance.randrange(10**6):06}",
                detail=asked.get("detail", ""),
                callback_url=asked.get("callbackUrl", ""),
            )
        )

    def _info(self, asked: Fields) -> Fields:
        charge = self._meant(asked, INFO_BY)
        payment = self.till.known(charge) if charge else None
        if charge is None or payment is None:
            return words.ghost()
        at = datetime.fromtimestamp((payment.paid_wall_ms + self.faults.now.skew_ms) / 1000, ECUADOR)
        return words.ghost() | {
            "status": words.status(payment, self.till.mono_ms()),
            "internalTransactionReference": charge.reference,
            "amount": words.dollars(payment.cents),
            "transactionId": charge.charge_id,
            "transferNumber": payment.payment_id,
            "date": f"{at.month}/{at.day}/{at.year}, {at.hour % 12 or 12}:{at:%M:%S %p}",
            "posId": self._point_of_sale or POINT_OF_SALE,
            "description": charge.detail,
            "ordererName": payment.payer.name,
            "ordererIdentification": payment.payer.identity,
        }

    def _refund(self, asked: Fields) -> Fields:
        if unknown := asked.keys() - {"idType", "idTransacionReference"}:
            raise Bad(400, f"property {min(unknown)} should not exist")
        charge = self._meant(asked, REFUND_BY)
        payment = self.till.known(charge) if charge else None
        if payment is None:
            return self._cleaned()
        if payment.reversals and words.status(payment, self.till.mono_ms()) != "REVERSED_FAILED":
            raise Bad(400, "the transaction was already reversed")
        payment.refund_asks += 1
        if payment.refund_asks <= self.faults.now.refund_asks:
            return self._cleaned()
        if self.faults.now.refund == "refused" or not self._in_time(payment):
            raise Bad(400, "the transaction cannot be reversed")
        reversal = self.till.reverse(payment, self._uuid(), payment.cents)
        done = "Refund executed successfully"
        return {"status": True, "message": done, "transactionReverseId": reversal.reversal_id}

    def _cancel(self, asked: Fields) -> Fields:
        charge = self.till.find(lambda charge: charge.charge_id == asked.get("transactionId"))
        if charge and self.till.known(charge):
            raise Bad(400, "the transaction cannot be cancelled")
        if charge:
            charge.withdrawn = True
        return {"status": True, "message": "Transaction cancelled"}

    # What it means and says

    def _meant(self, asked: Fields, by: Mapping[str, str]) -> Charge | None:
        kind, wanted = asked.get("idType"), asked.get("idTransacionReference")
        if not isinstance(kind, str) or not isinstance(wanted, str):
            raise Bad(400, "idType must be a string, idTransacionReference must be a string")
        match by.get(kind):
            case "transaction":
                return self.till.find(lambda charge: charge.charge_id == wanted)
            case "reference":
                return self.till.find(lambda charge: charge.reference == wanted)
            case "transfer":
                return self.till.find(lambda charge: charge.payment is not None and charge.payment.payment_id == wanted)
        raise Bad(400, f"idType must be one of the following values: {', '.join(by)}")

    def _cleaned(self) -> Fields:
        """Says that it is done, and nothing was: no reversal has an id."""
        cleaned = f"The QR with id {self._point_of_sale or POINT_OF_SALE} has been successfully cleaned"
        return {"status": True, "message": cleaned, "transactionReverseId": None}

    def _in_time(self, payment: Payment) -> bool:
        if not self._same_day:
            return self.till.mono_ms() - payment.paid_ms < DAY_MS
        paid, now = (datetime.fromtimestamp(ms / 1000, ECUADOR) for ms in (payment.paid_wall_ms, self.till.wall_ms()))
        return paid.date() == now.date()

    def _tell_paid(self, charge: Charge, payment: Payment) -> None:
        if charge.callback_url:
            self.courier.post(charge.callback_url, words.webhook(charge, payment), self.faults.now.webhook_copies)

    def _uuid(self) -> str:
        return str(UUID(int=self.till.chance.getrandbits(128), version=4))


def _fields(call: Call) -> Fields:
    fields = call.fields()
    if fields is None:
        raise Bad(400, "the body is not a JSON object")
    return fields


def _broken(status: int) -> Answer:
    return Answer(status, {"statusCode": status, "message": "Internal server error"})
