"""A claim made once in `make test`, and again on more screens, in more languages, without scripts, in `make wide`."""

from typing import Any

import pytest


def once(first: Any, *others: Any) -> list[Any]:
    """Values for `parametrize` or a fixture's `params`: the first in every run, the others in a wide one."""
    return [first, *(pytest.param(other, marks=pytest.mark.wide) for other in others)]


def once_of(first: tuple[Any, ...], *others: tuple[Any, ...]) -> list[Any]:
    """The same for several names at a time."""
    return [first, *(pytest.param(*other, marks=pytest.mark.wide) for other in others)]
