"""`minga hub web` as a real process: where it listens, when it refuses to start, and how soon it ends."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from builders import minga

from controller.errors import MingaError
from lab.config import HubConfig, load
from lab.model.catchup import prepare
from lab.pages.cli import allowed
from lab.pages.door import Keeper
from lab.store import opened

HASH = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A hub's folder as `minga hub init` makes it, with what the hub's first start adds."""
    minga("hub", "init", str(tmp_path / "lab"))
    store = opened(load(tmp_path / "lab" / "hub.toml").store)
    prepare(store)
    store.close()
    return tmp_path / "lab"


@contextmanager
def running(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and the address it says."""
    command = [sys.executable, "-m", "controller", "hub", "web", "--config", str(folder / "hub.toml"), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        said = re.search(r"http://\S+", process.stdout.readline())
        assert said
        yield process, said[0]
    finally:
        process.kill()
        process.wait()


@pytest.mark.system
def test_it_listens_on_this_computer_alone_and_ends_when_told(folder: Path) -> None:
    """A lab without machines is shown as such; the store is as it was; SIGTERM ends it in good order."""
    before = (folder / "lab.db").read_bytes()
    with running(folder) as (process, home):
        assert home.startswith("http://127.0.0.1:")
        answer = httpx.get(home)
        assert "Todavía no hay máquinas" in answer.text
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) in (0, -signal.SIGTERM)
    assert (folder / "lab.db").read_bytes() == before


@pytest.mark.parametrize(
    ("config", "way_out"),
    [
        ({"web_host": "0.0.0.0"}, "minga hub phrase"),
        ({"web_address": "https://lab.example"}, "minga hub phrase"),
        ({"web_host": "0.0.0.0", "web_phrase": HASH}, "web_address"),
    ],
    ids=["all addresses", "behind a proxy", "no address"],
)
def test_others_get_in_only_by_a_phrase(config: dict[str, str], way_out: str) -> None:
    """It does not start where others could see the pages, and says what to do."""
    with pytest.raises(MingaError, match=way_out):
        allowed(HubConfig(**config))  # type: ignore[arg-type]


def test_on_this_computer_no_phrase_is_needed() -> None:
    """And with phrase and address anywhere else."""
    allowed(HubConfig())
    allowed(HubConfig(web_host="0.0.0.0", web_phrase=HASH, web_address="http://lab.local:8090"))


def test_the_refusal_is_one_sentence_on_the_command_line(folder: Path) -> None:
    """No traceback, and nothing listens."""
    outcome = minga("hub", "web", "--config", str(folder / "hub.toml"), "--host", "0.0.0.0")
    assert outcome.status == 1
    assert "a pass phrase is needed" in outcome.err


def test_a_phrase_becomes_a_line_for_the_configuration(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its hash, which opens to the phrase and to nothing else; the phrase itself is nowhere."""
    monkeypatch.setattr("typer.prompt", lambda *_, **__: "chumpi rojo llueve")
    line = minga("hub", "phrase").out
    file = folder / "hub.toml"
    file.write_text(
        "\n".join(line if each.startswith("web_phrase") else each for each in file.read_text().splitlines())
    )
    keeper = Keeper(load(file).web_phrase, time.monotonic)
    assert "chumpi" not in file.read_text()
    assert isinstance(keeper.enter("chumpi rojo llueve", "somebody"), str)
    assert keeper.enter("manta azul llueve", "somebody") == 0
