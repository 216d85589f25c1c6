"""The AsyncAPI document: as the classes are, whole, and true of every message that either end can write."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from builders import EVERY_FACT
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from test_sync_command import ORDER
from test_sync_letter import MACHINE, books
from test_sync_notes import EVERY_NOTE

from controller.protocols.sync.asyncapi import SCHEMAS, document
from controller.protocols.sync.command import signed
from controller.protocols.sync.letter import letters, written
from controller.protocols.sync.notes import told

KEPT = Path(__file__).parents[2] / "docs" / "asyncapi.json"
DOCUMENT = document()


def conforms(message: Any, name: str) -> None:
    """Raises ValidationError where the message is not what the document says of `name`."""
    jsonschema.Draft202012Validator({"$ref": SCHEMAS + name, "components": DOCUMENT["components"]}).validate(message)


def test_the_kept_document_is_what_the_classes_say() -> None:
    """After a change of a class: `python -m controller.protocols.sync.asyncapi > docs/asyncapi.json`."""
    assert json.loads(KEPT.read_text()) == json.loads(json.dumps(DOCUMENT))


def test_every_reference_leads_somewhere() -> None:
    """No schema, message or channel is named that the document does not have."""
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(DOCUMENT)):
        place: Any = DOCUMENT
        for step in reference.split("/"):
            place = place[step]


@pytest.mark.parametrize("number", range(len(EVERY_FACT)), ids=lambda number: type(EVERY_FACT[number]).__name__)
def test_every_kind_of_fact_is_as_the_document_says(number: int) -> None:
    """The event around it, and its own fields by the schema of its name."""
    (letter,) = letters(MACHINE, [books(len(EVERY_FACT) + 1)[number]])
    event = json.loads(written(letter))
    conforms(event, "Event")
    conforms(event["data"], letter.rows[0].type)


def test_a_batch_is_as_the_document_says() -> None:
    """A hundred facts of all kinds; an event without its hash is none by itself."""
    (letter,) = letters(MACHINE, books(100))
    events = json.loads(written(letter))
    conforms(events, "Batch")
    with pytest.raises(jsonschema.ValidationError, match="'hash' is a required property"):
        conforms(events[0], "Event")


@pytest.mark.parametrize("note", EVERY_NOTE, ids=lambda note: type(note).__name__)
def test_every_note_is_as_the_document_says(note: object) -> None:
    """And one that lacks a field is not."""
    message = json.loads(told(note))
    conforms(message, type(note).__name__)
    required = DOCUMENT["components"]["schemas"][type(note).__name__]["required"]
    with pytest.raises(jsonschema.ValidationError):
        conforms({name: value for name, value in message.items() if name != required[0]}, type(note).__name__)


def test_a_signed_command_is_as_the_document_says() -> None:
    """What the lab puts on `cmd/…`."""
    conforms(json.loads(signed(ORDER, "lab-1", Ed25519PrivateKey.generate())), "Signed")
