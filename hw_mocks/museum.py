"""A whole simulated machine as real processes in one folder: the world, the controller and the pages.

`Museum` starts and ends them, cuts the power and puts it back. The controller in it is the real one; only its device
paths lead to simulated hardware.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from controller.client import Client, ControllerGone
from controller.commands import catalogue
from controller.commands.init import EXAMPLE
from controller.config import Config, load
from controller.domain.treasury import MoveCash
from controller.domain.view import View
from controller.errors import MingaError
from controller.ledger.schema import create
from hw_mocks.client import WorldClient
from hw_mocks.garments import write_photos
from hw_mocks.priority import go_first
from hw_mocks.server import COINS_EACH
from hw_mocks.wire import SOCKET_VARIABLE

Thing = TypeVar("Thing")
KINDS = {
    "bolso-retazos": "bag",
    "monedero": "purse",
    "chumpi-rojo": "belt",
    "bufanda": "scarf",
    "panuelo-pajaro": "kerchief",
    "muneca": "doll",
}
READY_S = 60.0
"""Patience, and no promise: a busy computer starts three interpreters slowly."""
STOP_S = 10.0

HOPPERS = """
[[hoppers]]
port = "run/hoppers"
address = 3
coin_cents = 25
security = "none"

[[hoppers]]
port = "run/hoppers"
address = 4
coin_cents = 5
security = "none"
"""
QUICK = f"""
[coins]
port = "run/coins"
poll_ms = 8

[motors]
home_answers_ms = 20
leave_home_ms = 400
turn_ms = 900
drop_ms = 300
debounce_ms = 2

[policy]
credit_idle_s = 2
dispense_s = 6
{HOPPERS}"""
"""For a day at high speed: the world runs faster, and so do the waits."""
REAL_TIME = f"""
[coins]
port = "run/coins"
box_coins_max = 120
{HOPPERS}"""
MACHINE = "demo-museo-1"
COMMON = f"""
[machine]
name = "{MACHINE}"
disk_free_mb_min = 1

[cabinet]
service_button = 1
slot_buttons = {{ A1 = 2, A2 = 3, A3 = 4, A4 = 7, B1 = 8, B2 = 9, B3 = 10, B4 = 11 }}

[clock]
offset_file = "run/clock"
"""


class Museum:
    """The processes of one simulated machine. Use as a context: leaving it ends every process it started."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder, self.port = folder, port
        self.file = folder / "minga.toml"
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._photos: dict[str, str] = {}
        self.hand: WorldClient
        self.stage = self.phones = ""

    def __enter__(self) -> "Museum":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # Setting up

    def found(self) -> None:
        """An empty machine's folder: empty books, pictures of the garments."""
        (self.folder / "run").mkdir(parents=True, exist_ok=True)
        create(self.folder / "minga.db")
        products = catalogue.read(EXAMPLE)["products"]
        self._photos = write_photos(self.folder / "media", {row["product"]: KINDS[row["product"]] for row in products})

    def open(self, settings: str, speed: float, stage: int | None = None, phones: int | None = None) -> None:
        """Start the world, the controller and the pages, and wait until the machine answers.

        With `stage` the machine can be seen and touched at that port, with `phones` there are pages for phones at that one; 0
        is any free port, and `self.stage` and `self.phones` say where.
        """
        self.phones = "" if phones is None else f"http://127.0.0.1:{phones or _free_port()}"
        served = (
            f'[phones]\naddress = "{self.phones}"\nport = {self.phones.rpartition(":")[2]}\n' if self.phones else ""
        )
        self.file.write_text(f"{COMMON}{settings}\n[web]\nport = {self.port}\n{served}")
        seen = () if stage is None else ("--stage", str(stage))
        self._start("world", "simulate", "--speed", str(speed), *seen)
        self.hand = self._until(lambda: WorldClient(self.folder / "run" / "world.sock"), "the simulated machine")
        self.stage = "" if stage is None else self._until(self._stage_address, "the stage")
        self.start_controller()
        self._start("web", "web", *(("--framed-by", self.stage) if self.stage else ()))
        if self.phones:
            self._start("phones", "phones")
        self._wait_for_pages()

    def fill_shelf(self) -> None:
        """The example's makers, products and rule into the books, its pieces into the real spirals."""
        content = catalogue.read(EXAMPLE)
        for row in content["products"]:
            row["photo"] = self._photos.get(row["product"], "")
        with self.client() as client:
            catalogue.send(client, content, by="demo")
            for place, float_cents in self._floats().items():
                answer = client.ask(MoveCash(float_cents, "float:comun", place, "demo", f"float-{place}"))
                assert answer.ok, answer.words
        for row in content["slots"]:
            self.hand.fill(row["slot"], row["quantity"])

    def _floats(self) -> dict[str, int]:
        """What lies in hoppers and tubes before the first visitor comes, in cents."""
        floats = {hopper.place: hopper.coin_cents * COINS_EACH for hopper in self.config.hoppers}
        tubes = self.hand.truth().get("mdb", {}).get("tubes", {})
        return floats | {f"tube:{cents}": int(cents) * coins for cents, coins in tubes.items() if coins}

    @property
    def config(self) -> Config:
        return load(self.file)

    # Life and death

    def start_controller(self) -> View:
        self._start("controller", "controller")
        return self.wait_until_ready()

    def wait_until_ready(self) -> View:
        """The machine's first picture in which every device answers."""

        def look() -> View:
            with self.client() as client:
                picture = client.watch()
            if picture.troubles:
                raise ControllerGone(f"not ready: {picture.troubles}")
            return picture

        return self._until(look, "the controller")

    def _wait_for_pages(self) -> None:
        """Until the kiosk's page can be opened, wherever it found a free port."""

        def address() -> int:
            found = re.findall(r"the kiosk page is on http://[^:]+:(\d+)", self.log("web"))
            if not found:
                raise ControllerGone("the pages do not listen yet")
            return int(found[-1])

        self.port = self._until(address, "the pages")

    def _stage_address(self) -> str:
        found = re.findall(r"the stage is on (http://127\.0\.0\.1:\d+)/", self.log("world"))
        if not found:
            raise ControllerGone("the stage does not listen yet")
        return str(found[-1])

    def kill_controller(self) -> None:
        """`kill -9`: no handler runs, nothing is tidied up."""
        controller = self._processes.pop("controller")
        controller.kill()
        controller.wait()

    def cut_power(self) -> None:
        """The plug is pulled: the controller dies without a word and every line falls."""
        self.kill_controller()
        self.hand.power(False)

    def restore_power(self) -> View:
        self.hand.power(True)
        return self.start_controller()

    def restart(self, name: str) -> None:
        """`kill -9` of one process and its start again, as its service unit does. It is not waited for."""
        process = self._processes.pop(name)
        process.kill()
        process.wait()
        self._start(name, name)

    def stop_controller(self) -> None:
        self._end("controller")

    def wait(self) -> None:
        """Until one of the processes ends."""
        while all(process.poll() is None for process in list(self._processes.values())):
            time.sleep(0.2)

    def stop(self) -> None:
        """End every process, the controller first."""
        for name in [name for name in ("controller", "web", "phones", "world") if name in self._processes]:
            self._end(name)

    def client(self) -> Client:
        return Client(self.folder / "minga.sock")

    def set_wall_clock(self, wall_ms: int) -> None:
        """Let the machine's wall clock stand at `wall_ms` right now."""
        new = self.folder / "run" / "clock.new"
        new.write_text(str(wall_ms - time.time_ns() // 1_000_000))
        new.replace(self.folder / "run" / "clock")

    def log(self, name: str) -> str:
        file = self.folder / "run" / f"{name}.log"
        return file.read_text() if file.exists() else ""

    # Processes

    def _start(self, name: str, *command: str) -> None:
        world = {"GPIOZERO_PIN_FACTORY": "minga-sim", SOCKET_VARIABLE: str(self.folder / "run" / "gpio.sock")}
        with (self.folder / "run" / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", "controller", *command, "--config", str(self.file)],
                env=os.environ | world,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if name not in ("web", "phones"):  # as its service unit asks for the controller; and the world waits for nobody
            go_first(self._processes[name].pid)

    def _end(self, name: str) -> None:
        process = self._processes.pop(name)
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _until(self, look: Callable[[], Thing], what: str) -> Thing:
        """Try until it is there; a process that ended meanwhile says why in its own words."""
        deadline = time.monotonic() + READY_S
        while True:
            try:
                return look()
            except (OSError, ControllerGone) as error:
                for name, process in self._processes.items():
                    if process.poll() is not None:
                        raise MingaError(f"{what} cannot come, {name} ended: {self.log(name).strip()[-600:]}") from None
                if time.monotonic() > deadline:
                    raise MingaError(f"{what} does not get ready: {error}") from None
                time.sleep(0.02)


def _free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port
