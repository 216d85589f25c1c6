"""`minga catalogue`: send makers, members, products, slots and the split rule from one file to the running controller.

Photos lie beside the file. They are made small before they are sent, and one that the file does not name stays as it is.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError

from controller.client import Client
from controller.commands.controller import ConfigFile
from controller.commands.photo import makers, products, taken, tidied
from controller.config import Machine, load
from controller.domain.catalog import ALL
from controller.domain.membership import PutMember
from controller.domain.stocking import ApproveRule, AssignSlot, CountSlot, PutMaker, PutProduct, Wish
from controller.errors import ConfigError, MingaError
from controller.photos import is_kept


def catalogue(
    file: Annotated[Path, typer.Argument(help="TOML: [rule], [[makers]], [[members]], [[products]], [[slots]].")],
    config: ConfigFile = Path("minga.toml"),
    by: Annotated[str, typer.Option(help="Who fills the slots; it stands in the books.")] = "technician",
) -> None:
    """Put makers, members, products, slots and the split rule into the running machine's books. Twice changes nothing.

    The `quantity` of a slot counts only when this file assigns the slot: afterwards people count, and sales do. A `photo` is
    a JPEG, PNG or WebP beside this file; without one, the photo in the books stays.

    Example: minga catalogue catalogue.toml --config museum/minga.toml
    """
    content = read(file)
    machine = load(config).machine
    with Client(machine.socket) as client, tidied(machine):
        take_photos(content, file.parent, machine)
        sent = send(client, content, by)
    typer.echo(f"{file}: {sent} wishes, all of them in the books")


def read(file: Path) -> dict[str, Any]:
    """The file's tables. Raises ConfigError."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(file, [f"cannot be read: {error.strerror}"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(file, [f"this is not TOML: {error}"]) from None


def take_photos(content: dict[str, Any], folder: Path, machine: Machine) -> None:
    """Each `photo` becomes the name of a photo in the machine's own folder. Raises MingaError for a file that is none."""
    _check_tables(content)
    faces = {name: maker.photo for name, maker in makers(machine.database).items()}
    pieces = {name: product.photo for name, product in products(machine.database).items()}
    for table, key, known in (("makers", "maker", faces), ("products", "product", pieces)):
        for row in content.get(table, []):
            named = row.get("photo")
            if named is None:
                row["photo"] = known.get(row.get(key), "")
            elif isinstance(named, str) and named and not is_kept(named):
                row["photo"] = taken(folder / named, machine.media)


def send(client: Client, content: dict[str, Any], by: str) -> int:
    """Send every wish, in the order that lets each find what it needs. Raises MingaError at the first refusal."""
    held = {slot.slot for slot in client.watch().slots}
    sent = 0
    for wish in wishes(content, held, by):
        answer = client.ask(wish)
        if not answer.ok:
            raise MingaError(f"{_name(wish)}: {answer.words}")
        sent += 1
    return sent


def wishes(content: dict[str, Any], held: set[str], by: str) -> Iterator[Wish]:
    """The file as wishes; `held` are the slots that are assigned already."""
    if strangers := content.keys() - {"rule", "makers", "members", "products", "slots"}:
        raise MingaError(
            f"a catalogue has [rule], [[makers]], [[members]], [[products]] and [[slots]], not {sorted(strangers)}"
        )
    _check_tables(content)
    if rule := content.get("rule"):
        weights = [[name, weight] for name, weight in rule.items() if name != "fees"]
        yield _form(ApproveRule, {"weights": weights, "bears": rule.get("fees", ALL)})
    for maker in content.get("makers", []):
        yield _form(PutMaker, maker)
    for member in content.get("members", []):
        yield _form(PutMember, {"by": by, **member})
    for product in content.get("products", []):
        yield _form(PutProduct, product)
    for row in content.get("slots", []):
        slot = {key: value for key, value in row.items() if key != "quantity"}
        yield _form(AssignSlot, slot)
        if row["slot"] not in held and row.get("quantity"):
            count = {"slot": row["slot"], "quantity_before": 0, "quantity_after": row["quantity"], "by": by}
            yield _form(CountSlot, count)


def _check_tables(content: dict[str, Any]) -> None:
    """Raises MingaError when a heading has the wrong brackets."""
    if not isinstance(content.get("rule", {}), dict):
        raise MingaError("`rule` is one table: [rule]")
    for name in ("makers", "members", "products", "slots"):
        rows = content.get(name, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise MingaError(f"`{name}` is a list of tables: [[{name}]]")


def _name(wish: Wish) -> str:
    """Which piece of the file this is: `products bolso-retazos`."""
    match wish:
        case PutMaker(maker=name):
            return f"maker {name}"
        case PutMember(member=name):
            return f"member {name}"
        case PutProduct(product=name):
            return f"product {name}"
        case AssignSlot(slot=name) | CountSlot(slot=name):
            return f"slot {name}"
        case _:
            return "rule"


def _form(kind: type[Wish], row: dict[str, Any]) -> Wish:
    known = {field.name for field in fields(kind)}
    if strangers := sorted(row.keys() - known):
        raise MingaError(f"{', '.join(strangers)}: not known here; known are {', '.join(sorted(known))}: {row}")
    try:
        wish: Wish = TypeAdapter(kind).validate_python(row)
        return wish
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(str(part) for part in problem["loc"])
        raise MingaError(f"{kind.__name__} {row}: {where}: {problem['msg']}") from None
