"""A cell of a table that a spreadsheet will open: words that people chose must not be computed."""

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula."""


def harmless(text: str) -> str:
    """The same words; an apostrophe in front of what a spreadsheet would compute."""
    return f"'{text}" if text.startswith(DANGEROUS) else text
