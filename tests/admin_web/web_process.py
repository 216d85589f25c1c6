"""The real `minga web` in a process of its own, with the books and photos of a small museum, for tests."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from controller.domain.catalog import MakerId, ProductId
from controller.domain.stocking import PutMaker, PutProduct
from controller.ledger import people, schema
from controller.ledger.connection import open_writer, transaction
from hw_mocks.garments import write_photos

KINDS = {
    "bolso-feria": "bag",
    "chumpi-rojo": "belt",
    "poncho-wawa": "poncho",
    "monedero-llama": "purse",
    "gorro-chullo": "hat",
    "muneca-warmi": "doll",
    "bufanda-paramo": "scarf",
    "delantal-mercado": "apron",
}
WORDS = "Coso bolsos desde los doce años; el tejido me lo enseñó mi abuela en Otavalo."
START = "from controller.cli import main; main()"


@dataclass(frozen=True, slots=True)
class Museum:
    """A folder with a configuration, and in it where the socket, the books and the photos are."""

    config: Path

    @property
    def folder(self) -> Path:
        return self.config.parent

    @property
    def socket(self) -> Path:
        return self.folder / "minga.sock"


def museum(folder: Path, books: bool = True) -> Museum:
    """Lay out a machine's folder; with `books` there are names and photos of eight products."""
    config = folder / "minga.toml"
    config.write_text('[machine]\nname = "museo-quito"\n[web]\nport = 0\n')
    if books:
        photos = write_photos(folder / "media", KINDS)
        schema.create(folder / "minga.db")
        db = open_writer(folder / "minga.db")
        with transaction(db):
            face = photos["muneca-warmi"]  # a doll's, for no test may show a face that somebody has
            people.keep(db, PutMaker(MakerId("rosa"), "Rosa Quishpe", "Taller La Floresta", WORDS, face, consent=True))
            people.keep(db, PutMaker(MakerId("sami"), "Samanta Toapanta", "Taller La Puntada"))
            for product, photo in photos.items():
                name = product.replace("-", " ").capitalize()
                db.execute("INSERT INTO products VALUES (?, ?, ?)", [product, "rosa", 350])
                people.keep(db, PutProduct(ProductId(product), MakerId("rosa"), name, 350, "lana de oveja", 270, photo))
        db.close()
    return Museum(config)


@dataclass(slots=True)
class Web:
    """The running process and where its page is."""

    process: subprocess.Popen[str]
    url: str

    @property
    def host(self) -> str:
        return self.url.split("/")[2]


@contextmanager
def minga_web(museum: Museum, *options: str) -> Iterator[Web]:
    """Start it, wait until it says where it is, and stop it whatever happens."""
    command = [sys.executable, "-c", START, "web", "--config", str(museum.config), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, process.communicate(timeout=10)[1]
        yield Web(process, found.group(0))
    finally:
        process.kill()
        process.communicate(timeout=10)
