"""`minga init`: a new machine's folder, with a commented configuration and empty books.

The comments are the docstrings of `controller.config` itself, so the file and the code never say different things.
"""

import ast
import inspect
import shutil
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticUndefined

from controller import config as configuration
from controller.config import Config
from controller.errors import MingaError
from controller.ledger.schema import create

EXAMPLE = Path(__file__).with_name("example.toml")
EXAMPLES = {"coin_cents": 25, "security": "none"}
"""What an example table says where there is no default."""


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make; it may exist already.")],
    name: Annotated[str, typer.Option(help="The machine's name: small letters, digits, dashes.")] = "maquina-1",
    example: Annotated[bool, typer.Option(help="Also write catalogue.toml with made-up makers and products.")] = False,
) -> None:
    """Make a machine's folder: minga.toml with a comment on every key, an empty database, a folder for photos.

    Example: minga init museum --name quito-museo-1
    """
    file = folder / "minga.toml"
    _check(folder, name, ["minga.toml", "minga.db", *(["catalogue.toml"] if example else [])])
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(commented(name), encoding="utf-8")
    create(folder / "minga.db")
    (folder / "media").mkdir(exist_ok=True)
    typer.echo(f"{file}: look through it, it explains itself")
    if example:
        shutil.copyfile(EXAMPLE, folder / "catalogue.toml")
        typer.echo(f"{folder / 'catalogue.toml'}: made-up makers and products; send it with `minga catalogue`")
    typer.echo(f"Then: minga controller --config {file}")


def _check(folder: Path, name: str, wanted: list[str]) -> None:
    """Refuse before anything is written: a name that could not be loaded, a folder that is none, files that are there."""
    try:
        configuration.Machine(name=name)
    except ValidationError:
        raise MingaError(f"{name!r}: a machine's name is 3 to 32 small letters, digits and dashes") from None
    if folder.exists() and not folder.is_dir():
        raise MingaError(f"{folder}: this is no folder")
    for file in (folder / one for one in wanted):
        if file.exists():
            raise MingaError(f"{file}: is there already; it is never overwritten")


def commented(name: str) -> str:
    """The whole configuration as TOML, every key with its comment and its default."""
    parts = [f"# {line}".rstrip() for line in inspect.cleandoc(configuration.__doc__ or "").splitlines()]
    for section, field in Config.model_fields.items():
        model = field.annotation
        if tables := get_args(model):
            parts += ["", *_example_table(section, tables[0])]
            continue
        assert isinstance(model, type)
        assert issubclass(model, BaseModel)
        parts += ["", f"[{section}]", *_keys(model, {"name": name})]
    return "\n".join(parts) + "\n"


def _example_table(section: str, model: type[BaseModel]) -> list[str]:
    """A table that may be written any number of times, or never: an example, commented out as a whole."""
    words = [inspect.cleandoc(model.__doc__ or ""), "Take the first `# ` off each line below to use it."]
    table = [f"[[{section}]]", *_keys(model, EXAMPLES)]
    return [f"# {line}" for line in (*words, *table)]


def _keys(model: type[BaseModel], given: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    docs = _docstrings(model)
    for key, field in model.model_fields.items():
        lines += [f"# {line}".rstrip() for line in docs[key].splitlines()]
        value = given.get(key, field.default)
        if value is None or value is PydanticUndefined:
            lines.append(f"# {key} =")
        elif isinstance(value, dict) and not value:
            lines.append(f"# {key} = {{ }}")
        else:
            lines.append(f"{key} = {_toml(value)}")
    return lines


def _docstrings(model: type[BaseModel]) -> dict[str, str]:
    """The sentence under each field of a configuration section."""
    body = ast.parse(inspect.getsource(model)).body[0]
    assert isinstance(body, ast.ClassDef)
    docs: dict[str, str] = {}
    for field, below in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            assert isinstance(field.target, ast.Name)
            docs[field.target.id] = inspect.cleandoc(str(below.value.value))
    return docs


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    return str(value) if isinstance(value, int) else f'"{value}"'
