"""Minga's controller: the brain, the ledger and the devices of the vending machine."""

__version__ = "0.1.0"
