"""What a form of these pages says: short fields, no files."""

from fastapi import Request

FIELDS_MAX = 32
CHARS_MAX = 200


async def said(request: Request, field: str) -> str:
    """What stands in this field; empty when it does not, at most `CHARS_MAX` characters of it."""
    value = (await request.form(max_files=0, max_fields=FIELDS_MAX)).get(field, "")
    return value.strip()[:CHARS_MAX] if isinstance(value, str) else ""


async def count(request: Request, field: str) -> int | None:
    """A whole number that is not negative; None for anything else."""
    text = await said(request, field)
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None
