"""`minga photo`, and photos in a catalogue: from a file to the machine's folder and its books, and off the disk again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import Outcome, minga
from pictures import from_a_phone, plain, saved, two_halves
from test_catalogue import BAG, ROSA, Machine

from controller.commands.photo import makers, products
from controller.photos import large


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """Rosa and her bag are in the books; on the disk lie two photos from phones and a page that is called one."""
    (tmp_path / "bolso.jpg").write_bytes(from_a_phone(two_halves()))
    (tmp_path / "rosa.png").write_bytes(saved(plain(), "PNG"))
    (tmp_path / "pagina.jpg").write_bytes(b"<html>")
    machine = Machine(tmp_path)
    machine.send(ROSA + BAG)
    yield machine
    machine.stop()


def photo(machine: Machine, *words: str) -> Outcome:
    """Run `minga photo` with files of the machine's own folder."""
    folder = machine.file.parent
    return minga("photo", *(folder / word if "." in word else word for word in words), "--config", machine.file)


def shown(machine: Machine) -> str:
    return products(machine.config.machine.database)["bolso"].photo


def kept(machine: Machine) -> set[str]:
    media = machine.config.machine.media
    return {file.name for file in media.iterdir()} if media.exists() else set()


def test_a_photo_of_a_piece_is_in_the_books_and_in_the_folder(machine: Machine) -> None:
    """One command; its price and words stay, and no fact is written for a photo."""
    before = machine.facts()
    done = photo(machine, "product", "bolso", "bolso.jpg")
    assert done.status == 0, done.err
    bag = products(machine.config.machine.database)["bolso"]
    assert (bag.name, bag.price_cents) == ("Bolso", 350)
    assert kept(machine) == {bag.photo, large(bag.photo)}
    assert b"Celular-de-Rosa" not in (machine.config.machine.media / bag.photo).read_bytes()
    assert machine.facts() == before


def test_a_new_photo_takes_the_old_one_off_the_disk(machine: Machine) -> None:
    """And taking it away leaves the piece without one; both may be done twice."""
    photo(machine, "product", "bolso", "bolso.jpg")
    photo(machine, "product", "bolso", "rosa.png")
    assert kept(machine) == {shown(machine), large(shown(machine))}
    for _ in range(2):
        assert photo(machine, "product", "bolso", "--remove").status == 0
        assert (shown(machine), kept(machine)) == ("", set())


def test_a_photo_that_two_show_stays_until_nobody_does(machine: Machine) -> None:
    """The same picture for a piece and for a face is one photo on the disk."""
    photo(machine, "product", "bolso", "rosa.png")
    photo(machine, "maker", "rosa", "rosa.png")
    photo(machine, "product", "bolso", "--remove")
    assert len(kept(machine)) == 2
    photo(machine, "maker", "rosa", "--remove")
    assert kept(machine) == set()


def test_a_face_waits_for_her_consent(machine: Machine) -> None:
    """It is kept, and the command says that visitors do not see it; her name and her no stay."""
    done = photo(machine, "maker", "rosa", "rosa.png")
    rosa = makers(machine.config.machine.database)["rosa"]
    assert (rosa.name, rosa.consent, rosa.photo in kept(machine)) == ("Rosa", False, True)
    assert "has not agreed to be shown" in done.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("product", "bolso", "pagina.jpg"), "pagina.jpg: this is no photo"),
        (("product", "bolso", "nada.jpg"), "nada.jpg: the file cannot be read: there is no such file"),
        (("product", "poncho", "bolso.jpg"), "no product is called 'poncho'; known are bolso"),
        (("maker", "luz", "bolso.jpg"), "no maker is called 'luz'; known are rosa"),
        (("product", "bolso"), "give the file of a photo, or --remove"),
        (("product", "bolso", "bolso.jpg", "--remove"), "give the file of a photo, or --remove"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_left(machine: Machine, words: tuple[str, ...], told: str) -> None:
    """One sentence, status 1, and neither books nor folder have changed."""
    done = photo(machine, *words)
    assert done.status == 1
    assert told in done.err
    assert (shown(machine), kept(machine)) == ("", set())


# In a catalogue


def test_a_catalogues_photo_lies_beside_it(machine: Machine) -> None:
    """Its file is made small; the same catalogue again gives the same photo."""
    for _ in range(2):
        done = machine.send(ROSA + 'photo = "rosa.png"\n' + BAG + 'photo = "bolso.jpg"\n')
        assert done.status == 0, done.err
        face = makers(machine.config.machine.database)["rosa"].photo
        assert kept(machine) == {shown(machine), large(shown(machine)), face, large(face)}


def test_a_catalogue_without_a_photo_leaves_the_one_that_is_there(machine: Machine) -> None:
    """A price changed by file does not take the photo away; an empty name does."""
    photo(machine, "product", "bolso", "bolso.jpg")
    before = shown(machine)
    machine.send(BAG.replace("350", "400"))
    assert shown(machine) == before
    machine.send(BAG + 'photo = ""\n')
    assert (shown(machine), kept(machine)) == ("", set())


def test_a_catalogue_with_a_photo_that_is_none_says_which(machine: Machine) -> None:
    """Nothing of it is sent."""
    done = machine.send(BAG.replace("350", "400") + 'photo = "pagina.jpg"\n')
    assert done.status == 1
    assert "pagina.jpg: this is no photo" in done.err
    assert products(machine.config.machine.database)["bolso"].price_cents == 350
