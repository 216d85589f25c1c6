"""A command from the lab: believed only with a signature of a key that is known here, for this machine, as it was signed."""

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from controller.protocols.sync.command import BYTES_MAX, CommandError, Order, proven, signed

SECRET, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))
KEYS = {"lab-1": SECRET.public_key().public_bytes_raw()}
ORDER = Order("museo-1", "aviso-3", "message", 5_000, text="Hoy cosemos aquí, de 3 a 5.")


def test_a_signed_command_is_believed() -> None:
    """Who said it and what, as it was signed, with its letters of Spanish."""
    assert proven(signed(ORDER, "lab-1", SECRET), "museo-1", KEYS) == ("lab-1", ORDER)


def test_a_strangers_signature_is_not() -> None:
    """Another secret under a known name, and a known secret under another name."""
    with pytest.raises(CommandError, match="not this key's"):
        proven(signed(ORDER, "lab-1", STRANGER), "museo-1", KEYS)
    with pytest.raises(CommandError, match="no key of this name"):
        proven(signed(ORDER, "lab-2", SECRET), "museo-1", KEYS)


def test_a_command_for_another_machine_is_not_obeyed() -> None:
    """It is signed well, and whoever copies it onto another topic gets told whose it is."""
    with pytest.raises(CommandError, match="meant for 'museo-1'") as caught:
        proven(signed(ORDER, "lab-1", SECRET), "museo-2", KEYS)
    assert caught.value.command_id == "aviso-3"


@pytest.mark.parametrize("number", ["", "a/b", "+", "#", "aviso 3", "x" * 65])
def test_an_id_that_could_reach_into_other_topics_is_none(number: str) -> None:
    """The answer's topic ends with it."""
    with pytest.raises(CommandError, match="its id is none"):
        proven(signed(replace(ORDER, id=number), "lab-1", SECRET), "museo-1", KEYS)


def test_a_changed_letter_is_noticed() -> None:
    """Not one number in the text can be another."""
    message = json.loads(signed(ORDER, "lab-1", SECRET))
    message["text"] = message["text"].replace("5000", "9000")
    with pytest.raises(CommandError, match="not this key's"):
        proven(json.dumps(message).encode(), "museo-1", KEYS)


def test_what_the_key_signed_for_something_else_is_no_command() -> None:
    """The same text without its purpose in front, as another program might have it signed."""
    message = json.loads(signed(ORDER, "lab-1", SECRET))
    message["signature"] = SECRET.sign(message["text"].encode()).hex()
    with pytest.raises(CommandError, match="not this key's"):
        proven(json.dumps(message).encode(), "museo-1", KEYS)


@pytest.mark.parametrize(
    "payload", [b"", b"{}", b"[]", b'{"key":"lab-1","text":"","signature":"zz"}', b" " * (BYTES_MAX + 1)]
)
def test_anything_else_is_refused_in_words(payload: bytes) -> None:
    """Nothing of it can be believed, so it has no id to answer to."""
    with pytest.raises(CommandError) as caught:
        proven(payload, "museo-1", KEYS)
    assert caught.value.command_id == ""


@given(st.binary(max_size=200))
def test_noise_is_refused(payload: bytes) -> None:
    """No bytes raise anything else."""
    with pytest.raises(CommandError):
        proven(payload, "museo-1", KEYS)
