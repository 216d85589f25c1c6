"""A share of the malice of `fuzz_link`, in every run; `python -m tests.firmware.fuzz_link` gives a million."""

from collections.abc import Callable

import pytest
from fuzz_link import fuzz_board, fuzz_decoder, fuzz_host

FRAMES = 15_000


@pytest.mark.parametrize("fuzz", [fuzz_decoder, fuzz_board, fuzz_host], ids=lambda fuzz: fuzz.__name__)
def test_malice_is_survived_in_bounded_memory(fuzz: Callable[[int, int], dict[str, object]]) -> None:
    """Bytes, damaged frames and sound nonsense: no crash, no growth, nothing believed that was not so."""
    assert fuzz(FRAMES, 4)
