"""Where the lab keeps what machines told it: one interface (`base`), two stores, the same tables (`schema`) in both."""

from lab.store.base import Changing, Reading, Store, StoreError
from lab.store.opening import opened

__all__ = ["Changing", "Reading", "Store", "StoreError", "opened"]
