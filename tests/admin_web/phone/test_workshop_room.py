"""The technician's room over real books: what is lost and why, a trial and what came of it, slots, the log, the bundle."""

import io
import json
import re
import zipfile

import pytest
from builders import A1, A3
from fastapi.testclient import TestClient
from phone_bench import PIN, Bench, stamp

from admin_web.phone.fitted import fitted, shown
from controller.config import Config
from controller.diagnosis import PART_BYTES_MAX, TOLD, bundle
from controller.domain import facts as f
from controller.domain import trials
from controller.domain.catalog import Closed
from controller.domain.cycle import Phase
from controller.domain.events import Event, ItemDropped, Trouble, VendRefused, VendUnknown
from controller.domain.facts import Found, Part
from controller.logbook import FOLDER
from controller.protocols.control import Answer, BackUp

COIN_CABLE = "no answer to 'simple poll': silent, on port /dev/serial/by-id/usb-ccTalk; look at its cable"
LOST = f.TroubleSeen("no-coins", "coins", COIN_CABLE)


def seen(phone: TestClient, path: str) -> str:
    answer = phone.get(path)
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def answers(bench: Bench, event: Event) -> None:
    """A device says what became of the trial under way."""
    with bench.journal() as journal:
        decision = trials.step(journal.cycle, event, 1_000, journal.shop)
        journal.append(stamp(), decision.cycle, decision.facts)
    bench.gateway.look()


def tries(phone: TestClient, slot: str = "A3", part: str = "motor", wish: str = "prueba-1") -> str:
    """The form of a trial, and where it leads."""
    return phone.post("/taller/probar", data={"part": part, "slot": slot, "wish": wish}).headers["location"]


@pytest.fixture
def diego(bench: Bench) -> TestClient:
    """The technician's phone, at the open door."""
    bench.gateway.troubles = frozenset({Trouble.DOOR_OPEN})
    bench.gateway.look()
    return bench.phone("diego")


# What is lost


def test_his_home_says_what_is_lost_without_a_touch(bench: Bench, diego: TestClient) -> None:
    """The acceptor, in plain words; when it is back his home says nothing of it, and a maker's home never does."""
    bench.write(LOST)
    assert "Algo falla en la máquina El monedero: No contesta: no entran monedas" in seen(diego, "/")
    assert "Algo falla" not in seen(bench.phone("rosa"), "/")
    bench.write(f.TroubleOver("no-coins", "coins"))
    assert "Algo falla" not in seen(diego, "/")


def test_a_lost_device_says_why_since_when_and_where_to_look(bench: Bench, diego: TestClient) -> None:
    """Words first, then its cable, its keys, and what the device itself has said."""
    bench.write(LOST)
    page = seen(diego, "/taller")
    for words in (
        "no entran monedas",
        "Mire el cable del monedero",
        "Desde hoy 10:30",
        "coins.port",
        "silent, on port",
    ):
        assert words in page
    assert page.index("no entran monedas") < page.index("Los motores")


def test_a_start_forgets_what_was_lost(bench: Bench, diego: TestClient) -> None:
    """Health begins anew: what is still lost is told again by its own worker."""
    bench.write(LOST)
    with bench.journal() as journal:
        journal.append(stamp(boot_id=2), journal.cycle, [f.Booted(2, "0.1.0")])
    assert "Todo contesta" in seen(diego, "/taller")


def test_a_machine_that_is_silent_is_not_called_well(bench: Bench, diego: TestClient) -> None:
    """After some seconds nobody knows how the devices are; the page says so and offers nothing to try."""
    bench.gateway.now_s += 60
    page = seen(diego, "/taller")
    assert "Todo contesta" not in page
    assert "La máquina no contesta ahora" in page
    assert "No se sabe" in page
    assert "Probar con una moneda" not in page


def test_every_device_of_a_configuration_has_its_card(bench: Bench) -> None:
    """A machine with everything: no two cards are the same, and each trouble of a device finds its own."""
    machine = bench.config.model_dump()
    machine["coins"]["box_coins_max"] = 200
    machine["hoppers"] = [{"coin_cents": 25, "security": "none"}, {"coin_cents": 5, "address": 4, "security": "none"}]
    machine["mdb"] |= {"line": "qibixx", "bills": True, "reader": True}
    machine["wallets"] = [{"point_of_sale": "4711"}]
    devices = fitted(Config(**machine))
    assert len({(device.kind, device.which) for device in devices}) == len(devices)
    assert {"hopper:25", "hopper:5", "bills", "tarjeta", "deuna", "mdb", "coins", "motors"} <= {d.name for d in devices}
    picture = bench.gateway.look()
    assert {row.state for row in shown(devices, [], picture, stale=False)} == {"works"}
    assert {row.state for row in shown(devices, [], picture, stale=True)} == {"unknown"}


# Trying a motor


def test_with_the_door_shut_nothing_is_offered_and_nothing_is_done(bench: Bench, diego: TestClient) -> None:
    """The page says to open it first; a form that somebody made is refused by the machine."""
    bench.gateway.troubles = frozenset()
    bench.gateway.look()
    page = seen(diego, "/taller/A3")
    assert "Abra primero la puerta" in page
    assert "Girar una vez" not in page
    assert tries(diego) == "/taller/A3?told=door-shut"
    assert "Abra primero la puerta" in seen(diego, "/taller/A3?told=door-shut")


def test_a_motor_is_turned_by_one_form_and_a_second_touch_does_nothing(bench: Bench, diego: TestClient) -> None:
    """One fact, with his name; while it turns the page says so and offers no other trial."""
    for _ in range(2):
        assert tries(diego) == "/taller/A3"
    with bench.journal() as journal:
        assert (journal.cycle.phase, journal.cycle.last_vend_id) == (Phase.TRIAL, 1)
    page = seen(diego, "/taller/A3")
    assert "El motor está girando" in page
    assert "Girar una vez" not in page
    assert tries(diego, "A1", wish="prueba-2") == "/taller/A1?told=trial-under-way"


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (VendUnknown(1, "no-drop"), "Dio una vuelta completa. El sensor no vio caer nada. hace 49 s · diego"),
        (VendRefused(1, Closed.JAMMED), "No dio la vuelta. La espiral se trabó: busque una prenda atascada."),
        (VendRefused(1, Closed.SENSOR), "No dio la vuelta. El sensor de caída no contesta"),
        (VendUnknown(1, "forgotten"), "No se sabe si giró: se fue la luz"),
    ],
    ids=["well", "jammed", "blind", "power cut"],
)
def test_what_came_of_it_stands_there_in_words(bench: Bench, diego: TestClient, event: Event, words: str) -> None:
    """With its age and who tried it; a slot that showed a fault is closed and says why."""
    tries(diego)
    answers(bench, event)
    assert words in seen(diego, "/taller/A3")


def test_a_piece_that_fell_is_counted_by_one_touch(bench: Bench, diego: TestClient) -> None:
    """The machine takes nothing off the shelf by itself; he says it, under the guard of any count."""
    tries(diego)
    answers(bench, ItemDropped(1))
    assert "Cayó una prenda: quedan 4" in seen(diego, "/taller/A3")
    assert bench.shop.slots[A3].quantity == 5
    for _ in range(2):
        diego.post("/taller/cayo", data={"slot": "A3", "before": "5"})
    assert bench.shop.slots[A3].quantity == 4


def test_the_coordinator_may_look_and_not_touch(bench: Bench) -> None:
    """Her page has no button; her form is not let in."""
    bench.gateway.troubles = frozenset({Trouble.DOOR_OPEN})
    bench.gateway.look()
    carmen = bench.phone("carmen")
    assert "Girar una vez" not in seen(carmen, "/taller/A3")
    assert carmen.post("/taller/probar", data={"part": "motor", "slot": "A3", "wish": "x"}).status_code == 403


def test_nonsense_is_no_trial(diego: TestClient) -> None:
    """An unknown part, an unknown motor, a wish without a number."""
    assert diego.post("/taller/probar", data={"part": "door", "wish": "x"}).status_code == 400
    assert diego.post("/taller/probar", data={"part": "lamp", "wish": ""}).status_code == 400
    assert tries(diego, "Z9") == "/taller?told=unknown-slot"
    assert diego.get("/taller/Z9").status_code == 404


# The other parts, slots, the backup


def test_a_coin_that_came_in_is_told_by_its_value(bench: Bench, diego: TestClient) -> None:
    """It is credit in the books, and the page says how to have it back."""
    tries(diego, "", "coins")
    assert "Ponga una moneda" in seen(diego, "/taller")
    bench.write(f.CreditTaken(25, "coins", "nri-1234", 7), f.TrialEnded(1, Part.COINS, Found.COIN))
    assert "Entró $0,25" in seen(diego, "/taller")


def test_no_coin_is_tried_while_the_box_is_counted(bench: Bench, diego: TestClient) -> None:
    """Two people rely on the open door; the sensor may be tried meanwhile."""
    bench.phone("carmen", opened=True).post("/caja/contar", data={"place": "coinbox"})
    assert tries(diego, "", "coins") == "/taller?told=box-counted"
    assert "no puede entrar ninguna moneda" in seen(diego, "/taller?told=box-counted")
    assert tries(diego, "", "sensor") == "/taller"


def test_the_lamp_blinks(diego: TestClient) -> None:
    """Nothing is written; the page asks to look at it."""
    assert tries(diego, "", "lamp") == "/taller?told=blinks"
    assert "La lámpara parpadea ahora" in seen(diego, "/taller?told=blinks")


def test_a_slot_is_closed_and_opened(bench: Bench, diego: TestClient) -> None:
    """Each by one touch, each with his name; opening says that the motor may move."""
    diego.post("/taller/ranura", data={"slot": "A1", "do": "close"})
    assert bench.shop.slots[A1].closed is Closed.BY_HAND
    page = seen(diego, "/taller/A1")
    assert "Cerrada. Alguien la cerró." in page
    assert "cuide las manos" in page
    diego.post("/taller/ranura", data={"slot": "A1", "do": "open"})
    assert bench.shop.slots[A1].closed is None


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"state": "none", "stick": False, "folder": "/media/minga/copias"}, "Falta la memoria USB"),
        ({"state": "none", "stick": True}, "La memoria está puesta"),
        ({"state": "copying", "bytes": 3_100_000, "bytes_max": 12_400_000}, "Copiando… 3 / 12 MB"),
        ({"state": "done", "seq": 4712, "at_ms": 0}, "4.712 hechos"),
        ({"state": "failed", "failed": "is full"}, "La copia no salió. Las copias de antes siguen buenas. is full"),
    ],
    ids=lambda value: value["state"] if isinstance(value, dict) else "",
)
def test_how_a_backup_stands(bench: Bench, diego: TestClient, told: dict[str, object], words: str) -> None:
    """Where the stick is, what is missing, how far it has come, what came of it."""
    bench.gateway.status = {"backup": told}
    assert words in seen(diego, "/taller")


def test_a_backup_is_asked_of_the_machine(bench: Bench, diego: TestClient) -> None:
    """And without a stick it says what is missing."""
    assert diego.post("/taller/copia").headers["location"] == "/taller"
    assert BackUp() in bench.gateway.asked
    bench.gateway.answer = Answer(1, "no-stick", "")
    assert diego.post("/taller/copia").headers["location"] == "/taller?told=no-stick"


# The log and the bundle


def test_the_log_shows_no_code(bench: Bench, diego: TestClient) -> None:
    """Newest first; a claim code, a key or a PIN that somebody logged is covered, whoever wrote the file."""
    (bench.folder / FOLDER).mkdir()
    (bench.folder / FOLDER / "controller.log").write_text(f"INFO coins: works\nWARNING claim 4TC-YNH of {PIN}\n")
    page = seen(diego, "/taller/registro")
    assert page.index("WARNING claim … of …") < page.index("coins: works")
    assert "4TC-YNH" not in page
    assert PIN not in page


def test_the_bundle_says_much_of_the_machine_and_nothing_of_anybody(bench: Bench, diego: TestClient) -> None:
    """Versions, devices and figures are in it; no name, PIN, key, claim code or content of a fact is."""
    key = next(iter(diego.cookies.values()))
    bench.write(f.CreditTaken(25, "coins", "nri-1234", 7), f.CreditAbandoned(25, "4TC-YNH"))
    (bench.folder / FOLDER).mkdir(exist_ok=True)
    (bench.folder / FOLDER / "phones.log").write_text(f"ERROR a defect: {key} 4TC-YNH\n" * 20_000)
    bench.gateway.status = {"coins": {"works": True, "port": "/dev/ttyUSB0"}}
    answer = diego.get("/taller/diagnostico.zip")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    whole = "\n".join(parts.values())
    assert json.loads(parts["books.json"])["facts"]["RolesSet"] == 3
    assert "/dev/ttyUSB0" in parts["devices.json"]
    assert max(map(len, parts.values())) <= PART_BYTES_MAX
    assert len(answer.content) < 200_000
    for secret in ("Rosa", "Quishpe", "rosa", "carmen", "diego", "Bolso", PIN, key, "4TC-YNH"):
        assert secret not in whole, secret


def test_the_bundle_tells_the_configuration_by_a_list_of_keys(bench: Bench) -> None:
    """Files of keys, addresses of wallets and people's words are on no list; whatever is on it exists."""
    assert set(TOLD) <= set(Config.model_fields)
    told = {f"{section}.{key}" for section, keys in TOLD.items() for key in keys}
    assert not [
        name for name in told if re.search(r"key_file|secret|url|proxy|point_of_sale|vouchers|names|statutes", name)
    ]


def test_a_bundle_comes_without_books_and_without_a_controller(bench: Bench) -> None:
    """That is just when it is needed."""
    nowhere = bench.config.model_copy(
        update={"machine": bench.config.machine.model_copy(update={"database": bench.folder / "none.db"})}
    )
    with zipfile.ZipFile(io.BytesIO(bundle(nowhere, None))) as archive:
        assert "unreadable" in json.loads(archive.read("books.json"))
        assert "does not answer" in archive.read("devices.json").decode()
