"""Our chart of accounts in the five roots of plain-text accounting, with names that its programs take.

A price belongs to its owners from the moment a piece falls, so nothing here is income: what is owed to makers, visitors and
providers is a liability, what the funds have is the group's own, and what a count finds missing is an expense.
"""

import re
from collections.abc import Iterable

from controller.domain.accounts import kind

VISITORS = ("credit", "hold", "doubt", "claims", "unclaimed", "reversals")
ROOTS = {
    "coinbox": "Assets:Coinbox",
    "stacker": "Assets:Stacker",
    "hopper": "Assets:Hoppers",
    "tube": "Assets:Tubes",
    "wallet": "Assets:Wallets",
    "vouchers": "Assets:Vouchers",
    "safe": "Assets:Safe",
    "bank": "Assets:Bank",
    **{family: f"Liabilities:Visitors:{family.capitalize()}" for family in VISITORS},
    "maker": "Liabilities:Makers",
    "float": "Liabilities:Floats",
    "fee": "Liabilities:Fees",
    "tax": "Liabilities:Taxes",
    "fund": "Equity:Funds",
    "over_short": "Expenses:OverShort",
}
_ILLEGAL = re.compile(r"[^A-Za-z0-9-]")


def names(accounts: Iterable[str]) -> dict[str, str]:
    """A legal name of its own for each account: capitals first, letters, digits and dashes.

    Where two would be the same the later one in the alphabet gets a number. Raises ValueError for one not in the chart.
    """
    given: dict[str, str] = {}
    for account in sorted(accounts):
        name, number = _name(account), 2
        while name in given.values():
            name, number = f"{_name(account)}-{number}", number + 1
        given[account] = name
    return given


def _name(account: str) -> str:
    root, own = ROOTS[kind(account)], account.partition(":")[2]
    if not own:
        return root
    legal = _ILLEGAL.sub("-", own)
    return f"{root}:{legal[0].upper() + legal[1:] if legal[0].isalnum() else 'X' + legal}"
