"""Facts about vouchers: signed papers that are money once, on one machine."""

from dataclasses import dataclass

from controller.domain.facts.base import Fact


@dataclass(frozen=True, slots=True)
class VoucherTaken(Fact):
    """This voucher is credit now and never again; `kid` is the key that signed it. Written before anything turns."""

    voucher_id: str
    kid: int
    cents: int


@dataclass(frozen=True, slots=True)
class VouchersAccepted(Fact):
    """A person decided that vouchers issued before the last restore may be taken, although one may be spent already."""

    by: str
