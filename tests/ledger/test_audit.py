"""What facts cannot say together: each story here is well chained, well posted and impossible, and the auditor says why."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from builders import A1, A2, BAG, BELT, KEY, LUZ, ROSA, books, stamp

from controller.domain import facts as f
from controller.domain.catalog import Account, Closed, Share
from controller.domain.change import HopperOrder
from controller.domain.claims import code
from controller.ledger import schema
from controller.ledger.journal import Journal
from controller.ledger.verify import verify

FIRST, SECOND = code(KEY, 1), code(KEY, 2)
BAG_SHARES = (Share(Account("maker:rosa"), 280), Share(Account("fund:comun"), 52), Share(Account("fund:maquina"), 18))
OTHER_SHARES = (Share(Account("maker:rosa"), 281), *BAG_SHARES[1:2], Share(Account("fund:maquina"), 17))
CREDIT = f.CreditTaken(1_000, "coins", "nri-1234", 1)
FLOAT = f.CashMoved(1_000, Account("hopper:25"), Account("fund:comun"), "carmen")
VEND = f.VendStarted(1, A1, BAG, ROSA, 350, 1, BAG_SHARES)
SOLD = f.Sold(1, A1, BAG, ROSA, 350, BAG_SHARES)
PAYOUT = f.PayoutStarted(1, 100)
ORDERED = f.PayoutOrdered(1, (HopperOrder("hopper:25", 25, 4, 1_234),))
PIECE = f.VendInDoubt(1, A1, 350, "no-drop", FIRST, BAG_SHARES)
COINS = f.PayoutInDoubt(1, 100, "hopper:25", FIRST)
OWED = f.ClaimOwed(1, 100, FIRST)


BACK = [f.PaymentAsked(1, "deuna", "REF", 350, A1), f.PaymentLate(1, "deuna", 350)]
ACCEPTED, BOUNCED = f.ReversalAccepted(1, "rev-1"), f.ReversalBounced(1, "rev-1")
UNPROVEN = f.ReversalFailed(1, "deuna", 350, "never said to have gone back", FIRST, place="wallet:deuna")


def settled(claim: str, account: str, cents: int, verdict: f.Verdict, place: str, *shares: Share) -> f.ClaimSettled:
    return f.ClaimSettled(claim, Account(account), cents, verdict, place, shares, "carmen")


def by_wallet(fee_cents: int, provider: str = "deuna") -> list[f.Fact]:
    """The bag, paid by wallet, with a fee that all bear."""
    rest = {8: (274, 51, 17), 351: (0, 0, -1)}[fee_cents]
    parts = tuple(Share(share.account, cents) for share, cents in zip(BAG_SHARES, rest, strict=True))
    shares = (*parts, Share(Account(f"fee:{provider}"), fee_cents))
    asked = f.PaymentAsked(1, "deuna", "REF", 350, A1)
    return [asked, f.PaymentTaken(1, "deuna", 350), f.VendStarted(1, A1, BAG, ROSA, 350, 1, shares)]


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Journal:
    """Books with the full shelf, ten dollars of credit, a filled hopper, and a known key."""
    monkeypatch.setattr(schema.secrets, "token_hex", lambda size: KEY.hex())
    made = books(tmp_path)
    made.append(stamp(), made.cycle, [CREDIT, FLOAT])
    return made


def says(journal: Journal, facts: Sequence[f.Fact]) -> list[str]:
    """The complaints about the facts; the cycle knows nothing of them, which is another matter."""
    journal.append(stamp(), journal.cycle, facts)
    return [str(complaint) for complaint in verify(journal.db) if complaint.invariant != "cycle"]


@pytest.mark.parametrize(
    "story",
    [
        [VEND, SOLD],
        by_wallet(8),
        [VEND, f.VendFailed(1, A1, 350, Closed.JAMMED)],
        [VEND, PIECE, settled(FIRST, "doubt", 350, f.Verdict.BY_HAND, "", *BAG_SHARES)],
        [VEND, PIECE, settled(FIRST, "doubt", 350, f.Verdict.REFUNDED, "coinbox", *BAG_SHARES)],
        [VEND, SOLD, f.SaleRefunded(1, 350, BAG_SHARES, "coinbox", "carmen", "torn")],
        [PAYOUT, ORDERED, f.Refunded(1, 100, "hopper:25")],
        [PAYOUT, ORDERED, f.Refunded(1, 100, "hopper:25"), f.Overpaid(1, 25, "hopper:25")],
        [PAYOUT, ORDERED, COINS, f.HopperClosed("hopper:25", "unsure")],
        [
            PAYOUT,
            ORDERED,
            f.Refunded(1, 25, "hopper:25"),
            f.PayoutInDoubt(1, 50, "hopper:25", FIRST),
            f.ClaimOwed(1, 25, SECOND),
        ],
        [PAYOUT, ORDERED, COINS, settled(FIRST, "doubt", 100, f.Verdict.DELIVERED, "hopper:25")],
        [PAYOUT, ORDERED, COINS, settled(FIRST, "doubt", 100, f.Verdict.DELIVERED, "over_short")],
        [PAYOUT, ORDERED, COINS, settled(FIRST, "doubt", 100, f.Verdict.REFUNDED, "coinbox")],
        [PAYOUT, OWED, settled(FIRST, "claims", 100, f.Verdict.REFUNDED, "coinbox")],
        [*BACK, ACCEPTED, BOUNCED, f.ReversalAccepted(1, "rev-2"), f.Reversed(1, "deuna", 350, "rev-2")],
        [*BACK, ACCEPTED, UNPROVEN, settled(FIRST, "doubt", 350, f.Verdict.DELIVERED, "wallet:deuna")],
        [*BACK, UNPROVEN, settled(FIRST, "doubt", 350, f.Verdict.REFUNDED, "coinbox")],
    ],
)
def test_a_possible_story_is_believed(journal: Journal, story: list[f.Fact]) -> None:
    """Every ending of a vend and of a payout, and every verdict that fits, leave nothing to complain about."""
    assert says(journal, story) == []


@pytest.mark.parametrize(
    ("story", "complaint"),
    [
        ([VEND, f.VendStarted(2, A1, BAG, ROSA, 350, 1, BAG_SHARES)], "vends: vend 2 starts while another is open"),
        ([VEND, SOLD, VEND], "vends: vend 1 starts while another is open, or again"),
        ([f.VendStarted(1, A1, BELT, LUZ, 350, 1, BAG_SHARES)], "vends: vend 1 is not what slot A1 held"),
        ([f.VendStarted(1, A1, BAG, ROSA, 350, 1, OTHER_SHARES)], "shares: vend 1 is not shared by the rule in force"),
        ([f.VendStarted(1, A1, BAG, ROSA, 350, 1, BAG_SHARES[:1])], "shares: the parts of vend 1 do not add up to 350"),
        (by_wallet(8, "ahorita"), "shares: vend 1 is not shared by the rule in force"),
        (by_wallet(351), "shares: vend 1 is not shared by the rule in force"),
        ([by_wallet(8)[2]], "shares: vend 1 is not shared by the rule in force"),
        ([VEND, f.VendFailed(2, A1, 350, Closed.JAMMED)], "vends: vend 2 ends, but it is not under way at this price"),
        ([VEND, f.VendFailed(1, A2, 350, Closed.JAMMED)], "vends: vend 1 ends otherwise than it was started"),
        ([VEND, f.Sold(1, A2, BAG, ROSA, 350, BAG_SHARES)], "vends: vend 1 ends otherwise than it was started"),
        ([VEND, f.Sold(1, A1, BAG, ROSA, 350, OTHER_SHARES)], "vends: vend 1 ends otherwise than it was started"),
        (
            [VEND, f.VendInDoubt(1, A1, 350, "", FIRST, OTHER_SHARES)],
            "vends: vend 1 ends otherwise than it was started",
        ),
        ([VEND, f.Sold(1, A1, BAG, LUZ, 350, BAG_SHARES)], "vends: vend 1 was sold otherwise than it was started"),
        ([f.SaleRefunded(1, 350, BAG_SHARES, "coinbox", "carmen", "")], "refunds: sale 1 is taken back otherwise"),
        ([PAYOUT, f.PayoutStarted(2, 100)], "payouts: payout 2 starts while another is open, or again"),
        ([PAYOUT, OWED, PAYOUT], "payouts: payout 1 starts while another is open, or again"),
        ([ORDERED], "payouts: payout 1 is ordered, but not under way"),
        ([PAYOUT, ORDERED, ORDERED], "payouts: payout 1 is ordered, but not under way, again"),
        ([f.PayoutStarted(1, 75), ORDERED], "payouts: payout 1 is ordered, but not under way, again, or with too much"),
        ([PAYOUT, f.Refunded(2, 100, "coinbox")], "payouts: payout 2 ends, but it is not under way"),
        ([PAYOUT, ORDERED, f.PayoutInDoubt(2, 100, "hopper:25", FIRST)], "payouts: payout 2 ends, but it is not"),
        ([PAYOUT, COINS], "payouts: payout 1 is in doubt at hopper:25, which was told to pay nothing"),
        (
            [PAYOUT, OWED, f.Overpaid(7, 25, "hopper:25")],
            "payouts: payout 7 paid too much, but it was not the last one",
        ),
        ([f.HopperClosed("coinbox", "short")], "facts: coinbox is closed, but it is no hopper"),
        ([f.HopperClosed("pocket", "short")], "facts: HopperClosed cannot be understood"),
        ([PAYOUT, f.ClaimOwed(1, 100, SECOND)], f"claims: claim {SECOND} is not this machine's next code"),
        (
            [
                PAYOUT,
                OWED,
                f.CreditAbandoned(900, SECOND),
                settled(SECOND, "claims", 100, f.Verdict.REFUNDED, "coinbox"),
            ],
            f"claims: claim {SECOND} is settled, but it is not open like this",
        ),
        (
            [VEND, PIECE, settled(FIRST, "doubt", 350, f.Verdict.DELIVERED, "", *OTHER_SHARES)],
            f"claims: claim {FIRST} is settled, but it is not open like this",
        ),
        (
            [VEND, PIECE, settled(FIRST, "doubt", 350, f.Verdict.DELIVERED, "coinbox", *BAG_SHARES)],
            "in doubt cannot be delivered from coinbox",
        ),
        (
            [VEND, PIECE, settled(FIRST, "doubt", 350, f.Verdict.REFUNDED, "over_short", *BAG_SHARES)],
            "in doubt cannot be refunded from over_short",
        ),
        (
            [PAYOUT, ORDERED, COINS, settled(FIRST, "doubt", 100, f.Verdict.BY_HAND, "hopper:25")],
            "in doubt cannot be by-hand from hopper:25",
        ),
        (
            [PAYOUT, ORDERED, COINS, settled(FIRST, "doubt", 100, f.Verdict.DELIVERED, "coinbox")],
            "in doubt cannot be delivered from coinbox",
        ),
        (
            [PAYOUT, OWED, settled(FIRST, "claims", 100, f.Verdict.DELIVERED, "coinbox")],
            "in claims cannot be delivered from coinbox",
        ),
        ([BACK[0], ACCEPTED], "payments: ReversalAccepted of payment 1, which is not so far"),
        ([*BACK, ACCEPTED, ACCEPTED], "payments: the number rev-1 of payment 1 is accepted twice"),
        ([*BACK, BOUNCED], "payments: the number rev-1 of payment 1 is accepted twice, or fails unheard"),
        (
            [*BACK, f.ReversalFailed(1, "deuna", 350, "", FIRST, place="coinbox")],
            "payments: payment 1 is in doubt at coinbox, which it was not paid to",
        ),
        (
            [*BACK, UNPROVEN, settled(FIRST, "doubt", 350, f.Verdict.BY_HAND, "wallet:deuna")],
            "in doubt cannot be by-hand from wallet:deuna",
        ),
        ([f.Restored(2, 7, "00" * 32, "older", 10)], "epoch: the restore says"),
        ([f.CashMoved(1_001, Account("safe"), Account("hopper:25"), "carmen")], "balances: hopper:25 fell below zero"),
    ],
)
def test_an_impossible_story_is_not(journal: Journal, story: list[f.Fact], complaint: str) -> None:
    """Each lie has its own sentence, at the fact that tells it."""
    found = says(journal, story)
    invariant, _, words = complaint.rpartition(": ")
    assert any(words in line and line.startswith(invariant) and " at fact " in line for line in found), found
