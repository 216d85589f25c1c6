"""The machine's meters as an EVA-DTS audit file, for the programs in which vending operators look at machines.

    figures   how numbers, texts and moments stand in an element
    shelf     the selections: PA1 to PA8
    events    what went wrong: EA2
    file      the whole file

It reads no books and looks at no clock: the same meters give the same bytes.
"""

from controller.statements.dts.file import ASSET_CHARS_MAX, LOCATION_CHARS_MAX, Identity, audit_file, audit_segments

__all__ = ["ASSET_CHARS_MAX", "LOCATION_CHARS_MAX", "Identity", "audit_file", "audit_segments"]
