"""`minga photo`: the picture of a piece, or of a maker's face, from any file a phone or a camera made.

What is kept is drawn anew in two sizes and holds nothing of the file but what one sees (`controller.photos`). A photo that
the books name no more is taken off the disk.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from controller.client import Client
from controller.commands.controller import ConfigFile
from controller.config import Machine, load
from controller.domain.stocking import PutMaker, PutProduct
from controller.errors import MingaError
from controller.ledger import reports
from controller.ledger.connection import open_readonly
from controller.photos import PhotoRefused, forget, keep, prepare, read

photo = typer.Typer(
    help="Photos of pieces and makers: without place, date or camera, small enough for every page.",
    no_args_is_help=True,
    add_completion=False,
)
File = Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A JPEG, PNG or WebP of at most 20 MB.")]
Words = TypeVar("Words", PutMaker, PutProduct)
Remove = Annotated[bool, typer.Option("--remove", help="Take the photo away, and off the disk.")]


@photo.command("product")
def of_product(
    product: Annotated[str, typer.Argument(metavar="PRODUCT", help="The product by its name in the books.")],
    file: File = None,
    remove: Remove = False,
    config: ConfigFile = Path("minga.toml"),
) -> None:
    """Show a piece by this photo: turned upright, in two sizes, with nothing of the camera, the place or the day in it.

    Example: minga photo product bolso-retazos bolso.jpg --config museum/minga.toml
    """
    machine = load(config).machine
    _show(_known(products(machine.database), product, "product"), file, remove, machine)


@photo.command("maker")
def of_maker(
    maker: Annotated[str, typer.Argument(metavar="MAKER", help="The maker by her name in the books.")],
    file: File = None,
    remove: Remove = False,
    config: ConfigFile = Path("minga.toml"),
) -> None:
    """Show a maker by this photo of her, to visitors only if she agreed to be shown (`consent` in the catalogue).

    Example: minga photo maker rosa rosa.jpg --config museum/minga.toml
    """
    machine = load(config).machine
    known = _known(makers(machine.database), maker, "maker")
    _show(known, file, remove, machine)
    if not remove and not known.consent:
        typer.echo(f"{maker} has not agreed to be shown: visitors do not see it")


def _known(books: Mapping[str, Words], name: str, what: str) -> Words:
    if name not in books:
        raise MingaError(f"no {what} is called {name!r}; known are {', '.join(books) or 'none yet'}")
    return books[name]


def taken(file: Path, folder: Path) -> str:
    """Make the photo in this file a photo of the folder; its name. Raises PhotoRefused, told by the file's name."""
    try:
        return keep(folder, prepare(read(file)))
    except PhotoRefused as refused:
        raise MingaError(f"{file}: {refused}") from None


@contextmanager
def tidied(machine: Machine) -> Iterator[None]:
    """Photos that the books named before and do not name after are taken off the disk."""
    before = _named(machine.database)
    yield
    for name in before - _named(machine.database):
        forget(machine.media, name)


def makers(database: Path) -> dict[str, PutMaker]:
    """Every maker as the books have her words now."""
    with closing(open_readonly(database)) as db:
        return reports.makers(db)


def products(database: Path) -> dict[str, PutProduct]:
    """Every product as the books have its words now."""
    with closing(open_readonly(database)) as db:
        return reports.products(db)


def _named(database: Path) -> set[str]:
    faces = {maker.photo for maker in makers(database).values()}
    return faces | {product.photo for product in products(database).values()}


def _show(words: PutMaker | PutProduct, file: Path | None, remove: bool, machine: Machine) -> None:
    """Put a photo into the folder and its name into the books, or take both away."""
    if (file is None) != remove:
        raise MingaError("give the file of a photo, or --remove")
    with Client(machine.socket) as client, tidied(machine):
        name = taken(file, machine.media) if file else ""
        answer = client.ask(replace(words, photo=name))
        if not answer.ok:
            raise MingaError(answer.words)
    typer.echo(f"{words.name}: {name or 'no photo'}")
