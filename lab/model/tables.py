"""The tables of the read model: what pages, indicators and exports ask, so that none of them reads a fact.

Two kinds. *Rows* say what happened, one thing each. *Sums* add up a day's amounts: what is written is added to what is
there. All are made of facts alone and can be thrown away at any time; `lab.model.catchup` folds them anew. What each is for
stands beside it, and in `docs/lab-model.md`.

A time is two columns, such as `from_ms` (milliseconds since 1970, UTC) and `from_loose`: the start of the controller whose
clock it hangs on, because nobody trusted that clock when it was written, or 0. A `day` is counted from 1 January 1970 in the
machine's own time zone.
"""

from dataclasses import dataclass, field

VERSION = 1
"""Of the tables and of what is folded into them. With another one all is folded anew."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """`names` are its key after the machine, `columns` the rest: `slot text`, `cents` (a number), `to_ms?` (may be NULL)."""

    name: str
    names: str
    columns: str
    about: str
    serves: str
    """The questions it is kept for."""
    adds: bool = False
    """Sums; the key of sums begins with the day."""
    indexed: tuple[str, ...] = ()
    key: tuple[str, ...] = field(init=False)
    values: tuple[str, ...] = field(init=False)
    hourly: bool = field(init=False)
    """Sums by day and hour."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", _bare(self.names))
        object.__setattr__(self, "values", _bare(self.columns))
        object.__setattr__(self, "hourly", self.adds and "hour" in self.key)

    @property
    def times(self) -> tuple[str, ...]:
        """The times that may hang on a start's clock, without their endings: `from`, `to`."""
        return tuple(name.removesuffix("_loose") for name in self.values if name.endswith("_loose"))

    def made(self) -> tuple[str, ...]:
        """The statements that make it, where it is not there yet."""
        columns = ", ".join(_column(word) for word in ("machine text", *_words(self.names), *_words(self.columns)))
        key = ", ".join(("machine", *self.key))
        table = f"CREATE TABLE IF NOT EXISTS {self.name} ({columns}, PRIMARY KEY ({key})) STRICT, WITHOUT ROWID"
        return table, *(self._index(name) for name in self.indexed), *(self._loose(time) for time in self.times)

    def _index(self, name: str) -> str:
        return f"CREATE INDEX IF NOT EXISTS {self.name}_{name} ON {self.name} (machine, {name})"

    def _loose(self, time: str) -> str:
        """Nearly always empty, so it costs nothing; a clock that is set finds what hangs on it."""
        column = f"{time}_loose"
        return f"CREATE INDEX IF NOT EXISTS {self.name}_{column} ON {self.name} (machine, {column}) WHERE {column} <> 0"


def _words(columns: str) -> list[str]:
    return [word.strip() for word in columns.split(",")]


def _bare(columns: str) -> tuple[str, ...]:
    return tuple(word.split()[0].rstrip("?") for word in _words(columns))


def _column(word: str) -> str:
    name, _, kind = word.partition(" ")
    may_be_null = "" if name.endswith("?") else " NOT NULL"
    return f"{name.rstrip('?')} {kind.upper() or 'INTEGER'}{may_be_null}"


# Rows

SALES = Table(
    "sales",
    "seq",
    "vend_id, epoch, at_ms, at_loose, certain, day, hour, slot text, product text, maker text, price_cents, maker_cents,"
    " means text, outcome text, reason text, retry_of?, later text, later_ms?, later_loose, answer text",
    "a vend that ended: `sold`, `failed` or `doubt`, and what became of it `later`",
    "Failed vends by reason, lists of sales",
    indexed=("vend_id", "day"),
)
SPANS = Table(
    "spans",
    "seq",
    "what text, name text, about text, stops, from_ms, from_loose, to_ms?, to_loose",
    "a stretch of a `trouble`, of an `empty` slot or of a `closed` one; open while `to_ms` is NULL",
    "Outages, stock-out hours",
)
STARTS = Table(
    "starts",
    "boot",
    "seq, version text, facts, offset_ms, trusted, from_ms, from_loose, last_ms, last_loose",
    "a start of the controller, its clock, and its last fact: it was on at least until then",
    "Restarts, clocks that are not trusted",
)
SHELF = Table(
    "shelf",
    "slot text",
    "product text, maker text, price_cents, quantity, capacity, closed text",
    "a slot as it is by the facts",
    "Stock now, sold out now",
)
PRODUCTS = Table(
    "products", "product text", "maker text, price_cents, seq", "a product and its newest price", "Lists of products"
)
RESTOCKS = Table(
    "restocks",
    "seq",
    "at_ms, at_loose, slot text, product text, maker text, quantity_before, quantity_after, why text",
    "somebody put pieces into a slot or took some out",
    "Visits to fill, stock over time",
)
CASH = Table(
    "cash",
    "seq",
    "at_ms, at_loose, what text, place text, expected_cents, counted_cents",
    "a cash `count`, or what else the books found missing or too much: `overpaid`, `settled`, `coins-unknown`",
    "Cash variance, money lost",
)
CLAIMS = Table(
    "claims",
    "seq",
    "what text, vend_id?, place text, cents, from_ms, from_loose, verdict text, to_ms?, to_loose",
    "money that waits for a person in `doubt`, `claims` or `unclaimed`, until `to_ms`",
    "Money in doubt, days to settle",
)
PAYMENTS = Table(
    "payments",
    "payment_id",
    "seq, provider text, slot text, cents, from_ms, from_loose, outcome text, reason text, back text",
    "a payment by wallet or card, how it ended, and whether it went `back`",
    "Payments that succeed",
)
MEMBERS = Table(
    "members",
    "member text",
    "seq, roles text, from_ms, from_loose, to_ms?, to_loose",
    "a member by her opaque id, her roles, since when and, if she has left, until when",
    "Share of members who take turns",
)
TURNS = Table(
    "turns",
    "seq",
    "at_ms, at_loose, work text, member text, passed",
    "a turn of the shared work, taken or `passed` on (1)",
    "Share of members who take turns",
)
PROPOSALS = Table(
    "proposals",
    "proposal_id",
    "seq, kind text, voters, quorum, voted, from_ms, from_loose, to_ms?, to_loose, outcome text, yes, no, abstain,"
    " carried text",
    "something the assembly votes or voted about, and how many did",
    "Decisions taken, participation",
)
LOOSE = Table(
    "loose_lines",
    "seq",
    "boot, at_ms, lines text",
    "what a fact has added to sums while its start's clock was not trusted, so that it can move to its true day",
    "None: it keeps the sums right",
    indexed=("boot",),
)

# Sums

PIECE_DAYS = Table(
    "piece_days",
    "day, product text, maker text, slot text",
    "sold, sold_cents, taken_back, taken_back_cents, failed, doubts, put, spoiled, found",
    "pieces of a product in a slot: sold, taken back, failed; put in, spoiled, found at counts",
    "Sales by product and maker, sell-through, jam rate",
    adds=True,
)
MACHINE_DAYS = Table(
    "machine_days",
    "day",
    "sold, sold_cents, taken_back, taken_back_cents, failed, doubts, doubt_cents, inserted_cents, returned_cents",
    "a machine's day, quick to add up over a year of many machines",
    "Sales by day, days without sales, the first page",
    adds=True,
)
HOUR_DAYS = Table(
    "hour_days",
    "day, hour",
    "sold, sold_cents, failed",
    "pieces that fell and vends that failed, by the hour of the day",
    "When visitors buy",
    adds=True,
)
MEANS_DAYS = Table(
    "means_days",
    "day, means text",
    "sold, sold_cents",
    "what pieces were paid with: `cash`, a provider's name, `voucher`, `mixed`",
    "Payment mix",
    adds=True,
)
ACCOUNT_DAYS = Table(
    "account_days",
    "day, account text",
    "pieces, earned_cents, paid_cents",
    "an account's day as the machine's own books have it",
    "Income of makers and how equal it is, funds, fees, taxes",
    adds=True,
)
ANSWER_DAYS = Table(
    "answer_days",
    "day, product text, question text, answer text",
    "answers",
    "an answer to the question on the screen, and how often it was touched",
    "What visitors answer",
    adds=True,
)

# Made of sums

PAYOUTS = Table(
    "payouts",
    "day, maker text",
    "cents, cent_days, advance_cents",
    "what a maker was paid that day; `cent_days` are its cents times the days they had waited, oldest first",
    "Days to payout",
)

ROWS = (
    *(SALES, SPANS, STARTS, SHELF, PRODUCTS, RESTOCKS, CASH, CLAIMS, PAYMENTS, MEMBERS, TURNS, PROPOSALS),
    LOOSE,
)
SUMS = (PIECE_DAYS, MACHINE_DAYS, HOUR_DAYS, MEANS_DAYS, ACCOUNT_DAYS, ANSWER_DAYS)
TABLES = (*ROWS, *SUMS, PAYOUTS)
SUMS_CALLED = {table.name: table for table in SUMS}
