"""The docs keep up with the code: whatever people can set, call, send or read has its place, and every example is real.

Each list is taken from the program itself, so a new key, command, word or fact without its place in the docs fails here.
"""

import dataclasses
import inspect
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import click
import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined
from typer.main import get_command

from controller.cli import app
from controller.config import Config
from controller.domain import facts
from controller.domain.accounts import EITHER, OWNERS, PLACES, postings
from controller.domain.catalog import MakerId, ProductId, SlotId, SplitRule
from controller.domain.facts import Fact
from controller.protocols import control

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted({*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("[a-z]*/README.md")})


def page(name: str) -> str:
    return (DOCS / name).read_text()


def section(text: str, heading: str) -> str:
    """What stands under the heading whose code word is `heading`, up to the next heading; empty when there is none."""
    found = re.search(rf"^#+ `{re.escape(heading)}`.*\n((?:(?!#).*\n?)*)", text, re.MULTILINE)
    return found[1] if found else ""


# Configuration


def config_keys() -> Iterator[tuple[str, Any]]:
    """Every key as `section.key`, with its default."""
    for name, field in Config.model_fields.items():
        model = next(iter(get_args(field.annotation)), field.annotation)  # the table of a `list[...]`
        assert isinstance(model, type)
        assert issubclass(model, BaseModel)
        for key, inner in model.model_fields.items():
            yield f"{name}.{key}", inner.default


def as_default(value: object) -> str:
    """A default as the page writes it."""
    if value is PydanticUndefined:
        return "none: must be given"
    if value is None:
        return "not set"
    if isinstance(value, bool | list):
        return f"`{str(value).lower()}`"
    if isinstance(value, dict):
        return f"`{{ {', '.join(f'{key} = {item}' for key, item in value.items())} }}`" if value else "`{ }`"
    return f"`{value}`" if isinstance(value, int) else f'`"{value}"`'


@pytest.mark.parametrize(("key", "default"), list(config_keys()), ids=[key for key, _ in config_keys()])
def test_every_configuration_key_is_explained(key: str, default: object) -> None:
    """The page has one row for each key, with its true default and a meaning."""
    rows = [line.split(" | ") for line in page("configuration.md").splitlines() if line.startswith(f"| `{key}` |")]

    assert len(rows) == 1, f"docs/configuration.md needs one row that starts with | `{key}` |"
    assert as_default(default) in rows[0]
    assert len(rows[0][-1]) > 10


def test_the_configuration_page_invents_no_key() -> None:
    """Every key in the page's tables exists."""
    told = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", page("configuration.md"), re.MULTILINE)
    assert set(told) == {key for key, _ in config_keys()}


# Commands


def commands(command: click.Command, name: str = "minga") -> Iterator[tuple[str, click.Command]]:
    """The whole tree under this command, by full name; groups themselves are not listed."""
    names = getattr(command, "list_commands", None)
    if names is None:
        yield name, command
        return
    context = click.Context(command, info_name=name)
    for word in names(context):
        child = command.get_command(context, word)  # type: ignore[attr-defined]
        assert child is not None, f"{name} lists {word}, but has no such command"
        yield from commands(child, f"{name} {word}")


def every_command() -> dict[str, click.Command]:
    return dict(commands(get_command(app)))


def test_every_command_is_explained_with_an_example() -> None:
    """Each command has its own heading, an example, and a word on each of its options."""
    missing = []
    for name, command in every_command().items():
        told = section(page("commands.md"), name)
        if not re.search(rf"^(echo .*\| |[A-Z_]+=\S+ )?{name}\b", told, re.MULTILINE):
            missing.append(f"{name}: a heading with an example")
        options = [word for param in command.params for word in param.opts if word.startswith("--")]
        missing += [f"{name}: {option}" for option in options if f"`{option}" not in told]
    assert not missing, f"docs/commands.md lacks {missing}"


def test_the_commands_page_invents_no_command() -> None:
    """Every heading of the page that names a command names a real one."""
    told = set(re.findall(r"^## `(minga[^`]*)`", page("commands.md"), re.MULTILINE))
    assert told == set(every_command())


def examples() -> list[tuple[str, str]]:
    """Every command line of `minga` in a code block of any page."""
    found = []
    for file in PAGES:
        for block in re.findall(r"^```(?:sh|console)?\n(.*?)^```", file.read_text(), re.MULTILINE | re.DOTALL):
            lines = re.findall(r"^(?:\$ )?(?:echo .*\| )?((?:[A-Z_]+=\S+ )*minga [^\n#]*)", block, re.MULTILINE)
            found += [(str(file.relative_to(ROOT)), line.strip()) for line in lines]
    return found


def test_every_example_could_be_typed() -> None:
    """No page shows a command, or an option, that does not exist."""
    known, wrong = every_command(), []
    assert examples()
    for file, line in examples():
        words = [word for word in shlex.split(line) if not re.match(r"[A-Z_]+=", word)]
        name = next((" ".join(words[:n]) for n in (3, 2) if " ".join(words[:n]) in known), None)
        if name is None:
            wrong.append(f"{file}: {line}")
            continue
        options = {word for param in known[name].params for word in param.opts} | {"--help"}
        wrong += [f"{file}: {name} has no {word}" for word in words if word.startswith("-") and word not in options]
    assert not wrong, "\n".join(wrong)


# The control socket


@pytest.mark.parametrize("word", list(control.WORDS))
def test_every_word_of_the_control_socket_is_explained(word: str) -> None:
    """Each thing a client may ask has its heading, every field it takes, and one line of real traffic."""
    told = section(page("control-socket.md"), word)

    assert f'"do":"{word}"' in told
    for field in dataclasses.fields(control.WORDS[word]):
        assert f"`{field.name}`" in told, f"docs/control-socket.md, {word}: {field.name} is not explained"


def test_the_traffic_in_the_page_is_real() -> None:
    """Every line a client sends in the page is a request, and every line it receives is a reply."""
    traffic = re.findall(r"^([<>]) (\{.*\})$", page("control-socket.md"), re.MULTILINE)
    assert len(traffic) > len(control.WORDS)
    for arrow, line in traffic:
        read = control.read_request if arrow == ">" else control.read_reply
        read(line.encode())


# Facts


def fact_types() -> list[type[Fact]]:
    known = (kind for _, kind in inspect.getmembers(facts, inspect.isclass))
    return [kind for kind in known if issubclass(kind, Fact) and kind is not Fact]


@pytest.mark.parametrize("kind", fact_types(), ids=lambda kind: kind.__name__)
def test_every_fact_is_explained(kind: type[Fact]) -> None:
    """Each fact has its heading and a word on each field: the page is the codebook of the books."""
    told = section(page("facts.md"), kind.__name__)

    assert told, f"docs/facts.md has no heading for {kind.__name__}"
    for field in dataclasses.fields(kind):
        assert f"`{field.name}`" in told, f"docs/facts.md, {kind.__name__}: {field.name} is not explained"


@pytest.mark.parametrize("family", PLACES + OWNERS + EITHER)
def test_every_account_is_explained(family: str) -> None:
    """The page has a row for each family of the chart of accounts."""
    assert re.search(rf"^\| `{family}[:`]", page("facts.md"), re.MULTILINE)


def worked_sale() -> list[Fact]:
    """The sale the page follows to the cent: Luz's scarf for $4.75, paid with $5.00."""
    slot, product, luz = SlotId("B1"), ProductId("bufanda"), MakerId("luz")
    rule = SplitRule(1, (("maker", 80), ("fund:comun", 15), ("fund:maquina", 5)))
    shares = rule.shares(475, luz, turn=7)
    return [
        *(facts.CreditTaken(100, "coins", "sim", mark) for mark in range(1, 6)),
        facts.VendStarted(7, slot, product, luz, 475, rule.rule_id, shares),
        facts.Sold(7, slot, product, luz, 475, shares),
        facts.PayoutStarted(1, 25),
        facts.ClaimOwed(1, 25, "UVN-WWX"),
    ]


def test_the_worked_sale_is_what_the_books_would_say() -> None:
    """Every line of the page's example is what the accounts really post, in order, and nothing is left out."""
    told = re.findall(r"^\|\s*\d*\s*\|\s*`?(\w*)`?\s*\| `([a-z:]+)` \| (-?\d+) \|$", page("facts.md"), re.MULTILINE)
    posted = [(line.account, str(line.cents)) for fact in worked_sale() for line in postings(fact)]

    assert [(account, cents) for _, account, cents in told] == posted
    assert [name for name, _, _ in told if name] == [type(fact).__name__ for fact in worked_sale()]


# The pages together


def anchors(text: str) -> set[str]:
    """The anchors a page's headings get: small letters, dashes for spaces, no other signs."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("file", PAGES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_link_leads_somewhere(file: Path) -> None:
    """A link between pages names a file that is there and a heading that stands in it."""
    for link in re.findall(r"\]\(([^)\s]+)\)", file.read_text()):
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, anchor = link.partition("#")
        target = (file.parent / path).resolve() if path else file
        assert target.exists(), f"{file.name} links to {link}, which is not there"
        assert not anchor or anchor in anchors(target.read_text()), f"{link}: no such heading"


def test_the_index_knows_every_page() -> None:
    """Every page of the docs can be reached from their index."""
    linked = {(DOCS / link).resolve() for link in re.findall(r"\]\(([^)#\s]+)", page("README.md"))}
    assert set(DOCS.rglob("*.md")) - {DOCS / "README.md"} <= linked


def test_the_readme_names_the_two_commands() -> None:
    """The README tells how to see the machine and how to prove it."""
    told = (ROOT / "README.md").read_text()
    assert "make demo" in told
    assert "make test" in told


def test_every_make_target_in_the_docs_exists() -> None:
    """No page tells people to make what the Makefile does not know."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for file in PAGES:
        named = set(re.findall(r"(?:^|`)(?:\$ )?make ([a-z]+)(?=`|\s*(?:#|$))", file.read_text(), re.MULTILINE))
        assert named <= targets, f"{file.name}: {sorted(named - targets)}"
