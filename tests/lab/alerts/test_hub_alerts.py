"""Alerts of the real hub: its process, its command, its configuration, and that no address is ever seen."""

import json
from pathlib import Path

import pytest
from hubs import Hub
from labbooks import MACHINE, Books
from postbox import Postbox
from servers import Broker, wait_for
from teller import Teller
from typer.testing import CliRunner

from controller.errors import ConfigError, MingaError
from controller.protocols.sync.notes import Status, told
from lab.alerts.register import prepare, update
from lab.alerts.rules import Alert, Look, Rule
from lab.cli import hub
from lab.config import load
from lab.store import opened
from lab.store.base import Arrival

LONG_AGO_MS = 1_700_000_000_000
"""14 November 2023."""
SILENT = "no se sabe nada de la máquina desde 2023-11-14 17:13"


def minga(*words: str) -> str:
    """What `minga hub …` prints."""
    done = CliRunner().invoke(hub, words)
    if isinstance(done.exception, MingaError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.system
def test_a_hub_tells_while_another_service_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence, told once; then the machine comes back and its facts are stored though one of two addresses hangs."""
    books = Books(MACHINE)
    books.sell(300)
    with Postbox() as box, Postbox(hangs=True) as stuck, Broker(tmp_path / "broker") as broker:
        monkeypatch.setenv("MINGA_LAB_ALERTS", f"{stuck.address} {box.address}")
        monkeypatch.setenv("MINGA_LAB_ALERT__EVERY_S", "1")
        address = str(tmp_path / "lab.db")
        store = opened(address, make=True)
        store.take([Arrival(MACHINE, "status", "", told(Status(True, 1)), LONG_AGO_MS)])
        store.close()
        with Hub(tmp_path / "hub", broker, address) as process:
            wait_for(lambda: stuck.knocked.is_set() and box.came, lambda: process.told)
            with Teller(broker, books) as machine:
                wait_for(lambda: machine.is_done, lambda: process.told)
                wait_for(lambda: len(box.came) > 1, lambda: f"{box.told} {process.told}", 40)
            assert process.stop() == 0
    assert [body for _, body in box.told] == [SILENT, f"Se resolvió: {SILENT}"]
    assert "an alert went out to 1 of 2 addresses" in process.told
    assert "anaconda" not in process.told


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A lab with one alert that is open."""
    minga("init", str(tmp_path))
    store = opened(load(tmp_path / "hub.toml").store)
    store.take([Arrival(MACHINE, "status", "", told(Status(True, 1)), LONG_AGO_MS)])
    prepare(store)
    update(store, MACHINE, Look((Alert(Rule.OFFLINE, LONG_AGO_MS),), frozenset(Rule)), LONG_AGO_MS, tells=False)
    store.close()
    return tmp_path / "hub.toml"


def test_what_is_open_is_listed(file: Path) -> None:
    """In words, and as JSON for other programs."""
    assert minga("alerts", "--config", str(file)) == f"{MACHINE}: {SILENT}\n"
    (one,) = json.loads(minga("alerts", "--json", "--config", str(file)))["alerts"]
    assert one == {
        "machine": MACHINE,
        "rule": "offline",
        "since_ms": LONG_AGO_MS,
        "subject": "",
        "n": 0,
        "of": 0,
    }


def test_a_trial_message_shows_whether_alerts_arrive(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes to all addresses; where none takes it, or there is none, that is an error in words."""
    with Postbox() as box:
        monkeypatch.setenv("MINGA_LAB_ALERTS", box.address)
        assert minga("alerts", "--try", "--config", str(file)) == "a trial message went out\n"
        assert box.told == [("Minga", "Prueba: los avisos de Minga llegan hasta aquí.")]
        box.refuses = True
        with pytest.raises(MingaError, match="no address took the trial message"):
            minga("alerts", "--try", "--config", str(file))
    monkeypatch.delenv("MINGA_LAB_ALERTS")
    with pytest.raises(MingaError, match="nobody is told anything"):
        minga("alerts", "--try", "--config", str(file))


def test_limits_stand_in_a_section_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong word is answered with the nearest right one; the environment wins here too."""
    path = tmp_path / "hub.toml"
    path.write_text('alerts = ["ntfy://minga"]\n[alert]\nsilent_h = 5\nempty_h = 7\n')
    monkeypatch.setenv("MINGA_LAB_ALERT__EMPTY_H", "9")
    settings = load(path)
    assert (settings.alert.silent_h, settings.alert.empty_h, settings.alert.vends) == (5, 9, 20)
    assert [one.get_secret_value() for one in settings.alerts] == ["ntfy://minga"]
    path.write_text("[alert]\nsilence_h = 5\n")
    with pytest.raises(ConfigError, match=r"did you mean `alert\.silent_h`"):
        load(path)


@pytest.mark.parametrize("line", ["alerts = { mail = 'anaconda' }", "alerts = [['anaconda']]"])
def test_an_address_in_a_wrong_form_is_not_shown(tmp_path: Path, line: str) -> None:
    """The key is named, what stands there is not; nor is it in the configuration's own words."""
    path = tmp_path / "hub.toml"
    path.write_text(f"{line}\n")
    with pytest.raises(ConfigError, match="`alerts") as failed:
        load(path)
    assert "anaconda" not in str(failed.value)
    path.write_text("alerts = ['ntfy://anaconda']\n")
    assert "anaconda" not in repr(load(path))
