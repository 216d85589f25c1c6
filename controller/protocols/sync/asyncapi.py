"""The AsyncAPI 3 document of all this, made from the classes themselves, so that it cannot say something else.

`docs/asyncapi.json` keeps it, and a test holds real traffic against it. Source: AsyncAPI 3.0.0, MQTT bindings 0.2.0,
CloudEvents 1.0.2.
"""

import json
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from controller import __version__
from controller.domain import facts
from controller.domain.facts import Fact
from controller.protocols.sync.command import Result, Signed
from controller.protocols.sync.letter import FACTS_MAX
from controller.protocols.sync.notes import Ack, Meta, Replay, State, Status
from controller.protocols.sync.topics import ACK, BATCH, COMMAND, EVENT, META, REPLAY, RESULT, ROOT, STATE, STATUS

SCHEMAS = "#/components/schemas/"
_JSON = "application/json"


class _Channel(NamedTuple):
    """One kind of topic: its name after the machine's, the class in it, from whom, whether the broker keeps the newest."""

    topic: str
    note: type[Any]
    from_machine: bool
    retained: bool


_CHANNELS = {
    "status": _Channel(STATUS, Status, True, True),
    "meta": _Channel(META, Meta, True, True),
    "state": _Channel(STATE, State, True, True),
    "ack": _Channel(ACK, Ack, False, True),
    "replay": _Channel(REPLAY, Replay, False, False),
    "command": _Channel(f"{COMMAND}/{{name}}", Signed, False, False),
    "result": _Channel(f"{RESULT}/{{id}}", Result, True, False),
}
_PARAMETERS = {
    "machine": {"description": "the machine's name: 3 to 32 small letters, digits and dashes"},
    "type": {"description": "the fact's name, such as `Sold`"},
    "name": {"description": "the command's name"},
    "id": {"description": "the command's own number"},
}


def document() -> dict[str, Any]:
    """The whole document, as JSON would have it, as the lab sees the traffic: `receive` is from machines."""
    schemas: dict[str, Any] = {}
    for fact in _facts():
        schemas[fact.__name__] = _schema(fact, schemas)
    channels, operations, messages = {}, {}, {}
    for name, channel in _CHANNELS.items():
        kind = channel.note.__name__
        schemas[kind] = _schema(channel.note, schemas)
        messages[name] = {"contentType": _JSON, "payload": {"$ref": SCHEMAS + kind}}
        channels[name] = _channel(channel.topic, [name])
        operations[name] = _operation(name, channel.from_machine, channel.retained)
    batch = {"type": "array", "items": _event(last=False), "minItems": 2, "maxItems": FACTS_MAX}
    schemas |= {"Event": _event(), "Batch": batch}
    messages |= {
        "fact": {"contentType": "application/cloudevents+json", "payload": {"$ref": SCHEMAS + "Event"}},
        "batch": {
            "contentType": "application/cloudevents-batch+json",
            "description": "Plain, or as a zlib stream (RFC 1950), whose first byte is 0x78. Only its last event has `hash`.",
            "payload": {"$ref": SCHEMAS + "Batch"},
        },
    }
    channels |= {"fact": _channel(f"{EVENT}/{{type}}", ["fact"]), "batch": _channel(f"{EVENT}/{BATCH}", ["batch"])}
    operations |= {name: _operation(name, from_machine=True, retained=False) for name in ("fact", "batch")}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Minga: machines and their lab",
            "version": __version__,
            "description": "Facts of vending machines on their way to the lab, and what it answers; docs/sync.md tells more.",
            "license": {"name": "AGPL-3.0-or-later"},
        },
        "defaultContentType": _JSON,
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": schemas},
    }


def _facts() -> list[type[Fact]]:
    found = (getattr(facts, name) for name in sorted(facts.__all__))
    return [kind for kind in found if isinstance(kind, type) and issubclass(kind, Fact) and kind is not Fact]


def _schema(kind: type[Any], shared: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a class; classes inside it go to `shared`. Newer senders may say more, so nothing forbids it."""
    found = TypeAdapter(kind).json_schema(ref_template=SCHEMAS + "{model}")
    shared |= found.pop("$defs", {})
    if kind.__doc__:
        found["description"] = " ".join(kind.__doc__.split())
    return found


def _channel(topic: str, names: list[str]) -> dict[str, Any]:
    address = f"{ROOT}/{{machine}}/{topic}"
    return {
        "address": address,
        "parameters": {name: told for name, told in _PARAMETERS.items() if f"{{{name}}}" in address},
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
    }


def _operation(name: str, from_machine: bool, retained: bool) -> dict[str, Any]:
    return {
        "action": "receive" if from_machine else "send",
        "channel": {"$ref": f"#/channels/{name}"},
        "bindings": {"mqtt": {"qos": 1, "retain": retained, "bindingVersion": "0.2.0"}},
    }


def _event(last: bool = True) -> dict[str, Any]:
    """A CloudEvent with a fact in it; one by itself is the last of its message and has the hash."""
    whole = {"type": "integer", "minimum": 0}
    attributes = {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "description": "machine-epoch-sequence"},
        "source": {"type": "string", "pattern": "^minga/[a-z0-9-]{3,32}$"},
        "type": {"enum": [f"minga.{kind.__name__}" for kind in _facts()]},
        "time": {
            "type": "string",
            "format": "date-time",
            "description": "the machine's wall clock, right if `trusted`",
        },
        "sequence": {"type": "string", "pattern": "^[1-9][0-9]*$", "description": "the fact's number in the books"},
        "epoch": {**whole, "description": "how often the books were restored, counted from 1"},
        "boot": {**whole, "description": "which start of the controller"},
        "mono": {**whole, "description": "milliseconds of that start"},
        "trusted": {"type": "boolean"},
        "data": {"type": "object", "description": "the fact's fields, as the schema of its name says"},
    }
    required = list(attributes)
    digest = {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "the machine's chain here, SHA-256"}
    return {
        "type": "object",
        "properties": {**attributes, "hash": digest},
        "required": [*required, "hash"] if last else required,
    }


if __name__ == "__main__":
    print(json.dumps(document(), indent=1, ensure_ascii=False))
