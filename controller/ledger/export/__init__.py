"""The whole journal in the words of other accountants' programs, for whoever wants to check it without ours.

Every fact that posts becomes one transaction, with its number and its hash; at the end stands what each account holds by the
running balances, so that the other program finds it if the two do not agree. Written straight from the books, line by line,
however long they are. Nothing here writes into them.
"""

from controller.ledger.export.beancount import beancount
from controller.ledger.export.entry import Entry, Pieces, entries
from controller.ledger.export.hledger import hledger

__all__ = ["Entry", "Pieces", "beancount", "entries", "hledger"]
