"""`minga board`: looking, trying and updating, against a board on a pseudo-terminal and a real MicroPython prompt."""

import os
import pty
import subprocess
import sys
import threading
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
from board_peer import PeerBoard
from builders import shelf
from typer.testing import CliRunner, Result

from controller.commands import board as commands
from controller.devices import boardupdate
from controller.devices.boardupdate import Prompt
from controller.devices.control import ControlServer
from controller.devices.worker import DeviceTrouble
from controller.domain.cycle import Cycle
from controller.domain.events import Trouble
from controller.domain.view import view
from controller.errors import MingaError
from firmware import messages

MICROPYTHON = Path(sys.executable).parent / "micropython"
needs_micropython = pytest.mark.skipif(not MICROPYTHON.exists(), reason="MicroPython's unix port has no wheel here")


class RestartedBoard(PeerBoard):
    """Falls silent when it is asked to restart, as a board at MicroPython's prompt is; `begin` lets it live again."""

    def reset(self, cause: int = messages.WATCHDOG, lost: int = 0) -> None:
        super().reset(cause, lost)
        self.mute = cause == messages.ASKED

    def begin(self, version: str) -> None:
        major, minor, patch = map(int, version.split("."))
        self.version = (major, minor, patch)
        self.reset(messages.POWER_ON)


@pytest.fixture
def board(tmp_path: Path) -> Iterator[RestartedBoard]:
    peer = RestartedBoard()
    peer.open(tmp_path / "board")
    yield peer
    peer.close()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A machine whose motors and coins are on the board; no controller runs."""
    file = tmp_path / "minga.toml"
    file.write_text(
        f'[machine]\nname = "quito-museo-1"\n[motors]\ndrive = "board"\n[coins]\nkind = "pulses"\n'
        f'[board]\nport = "{tmp_path / "board"}"\n'
    )
    return file


def said(config: Path, *words: str) -> Result:
    return CliRunner().invoke(commands.board, [*words, "--config", str(config)])


def complaint(config: Path, *words: str) -> str:
    """The one sentence with which a command ends."""
    error = said(config, *words).exception
    assert isinstance(error, MingaError)
    return str(error)


# Looking


def test_status_tells_who_the_board_is_and_changes_nothing(board: RestartedBoard, config: Path) -> None:
    """Its life, its firmware, the numbers used up; it is neither configured nor relieved of an event."""
    done = said(config, "status")
    assert done.exit_code == 0
    assert f"life {board.boot:08x}, begun by power" in done.output
    assert "firmware  0.1.0\n" in done.output
    assert "vends 0, payments 0" in done.output
    assert not board.sections
    assert board.waiting == 1


def test_status_names_an_old_program_and_the_way_out(board: RestartedBoard, config: Path) -> None:
    """A board whose update broke off says 0.0.0."""
    board.begin("0.0.0")
    assert (
        f"firmware  0.0.0; this program brings {boardupdate.version()}: minga board update"
        in said(config, "status").output
    )


def test_a_board_that_is_silent_is_one_sentence(
    board: RestartedBoard, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it was looked for, and what to look at."""
    monkeypatch.setattr("controller.devices.boardsession.FIND_MS", 100)
    board.mute = True
    assert complaint(config, "status").startswith(
        f"no board answers at port {config.parent / 'board'}: look at its cable"
    )
    board.close()
    assert "is not there" in complaint(config, "status")


def test_a_machine_without_a_board_is_told_so(config: Path) -> None:
    """Nothing is opened, and the keys to look at are named."""
    config.write_text('[machine]\nname = "quito-museo-1"\n')
    assert "nothing of this machine is on a board; see `motors.drive` and `coins.kind`" in complaint(
        config, "test", "curtain"
    )


@pytest.mark.parametrize(
    ("troubles", "exit_code", "words"), [((), 0, "all is well"), ((Trouble.NO_MOTORS,), 1, "no-motors")]
)
def test_a_running_controller_is_asked(config: Path, troubles: tuple[Trouble, ...], exit_code: int, words: str) -> None:
    """It has the port: status says what it says, and everything else waits until it is stopped."""
    server = ControlServer(config.parent / "minga.sock", lambda ask, reply: None)
    server.start()
    server.publish(lambda: view("quito-museo-1", 1, 1, 0, Cycle(), shelf(troubles=troubles), 0))
    try:
        done = said(config, "status")
        assert (done.exit_code, words in done.output) == (exit_code, True)
        assert complaint(config, "test", "curtain").startswith("stop the controller first")
        assert complaint(config, "update", "--usb", "nothing").startswith("stop the controller first")
    finally:
        server.stop()


# Trying


def test_a_motor_is_tried_once(board: RestartedBoard, config: Path) -> None:
    """One turn in the workshop's numbers, with time and current; it is no vend."""
    done = said(config, "test", "motor", "B3", "--yes")
    assert done.exit_code == 0, done.output
    assert "B3 (row 1, column 2) turns ..." in done.output
    assert "home: 2901 ms, 190 mA, at most 310 mA; 1 pieces fell" in done.output
    assert [trial[:4] for trial in board.trials] == [(1, 1, 2, 1)]
    assert not board.turns


def test_a_motor_that_fails_ends_with_1(board: RestartedBoard, config: Path) -> None:
    """The reason in the board's own word; and a slot that is not there turns nothing."""
    board.ending = (messages.NO_MOTOR, 0, 1, 0, 20, 65_535, 3, 2)
    done = said(config, "test", "motor", "B3", "--yes")
    assert (done.exit_code, "no-motor: 20 ms" in done.output) == (1, True)
    assert complaint(config, "test", "motor", "Z9", "--yes").startswith("Z9: this machine has A1, A2")
    board.refuse = messages.UNSAFE
    assert complaint(config, "test", "motor", "B3", "--yes") == "the board did not do it: unsafe"


def test_nothing_turns_without_a_yes(board: RestartedBoard, config: Path) -> None:
    """Whoever says no to the question has both hands safe."""
    done = CliRunner().invoke(commands.board, ["test", "motor", "B3", "--config", str(config)], input="n\n")
    assert done.exit_code == 1
    assert "Are all hands out?" in done.output
    assert not board.trials


def test_the_curtain_proves_itself(board: RestartedBoard, config: Path) -> None:
    """Seen after 4 ms; a dirty one ends with 1 and says what to do."""
    assert "after 4 ms" in said(config, "test", "curtain").output
    board.link.performs(messages.CURTAIN, lambda number: board.link.finish(messages.CURTAIN, number, 0, 0))
    done = said(config, "test", "curtain")
    assert (done.exit_code, "clean both sides" in done.output) == (1, True)


def test_coins_are_shown_and_then_forgotten(board: RestartedBoard, config: Path) -> None:
    """A quarter is shown with its widths; afterwards the board has a new life, in which nothing was counted."""
    first = board.boot

    def insert() -> None:
        board.wait_for_money()
        board.coin(5)
        board.event(messages.KEY, 6, 1)

    hand = threading.Thread(target=insert)
    hand.start()
    done = said(config, "test", "coins", "--seconds", "2")
    hand.join()
    assert "   5 pulses     $0.25   48 to 52 ms wide, 5 in all" in done.output
    assert "key 6 pressed" in done.output
    assert "take these coins out of the box again" in done.output
    assert done.exit_code == 0
    assert board.boot != first
    assert not board.lets_money_in


def test_coins_that_wait_for_the_books_are_not_touched(board: RestartedBoard, config: Path) -> None:
    """A coin from before is the controller's to book: no trial acknowledges it."""
    board.coin(5)
    words = complaint(config, "test", "coins", "--seconds", "1")
    assert words == "coins wait on the board that are in no book yet: start the controller first"
    assert board.waiting == 1
    board.reset(lost=2)
    assert "what the board lost" in complaint(config, "test", "panel", "--seconds", "1")
    assert board.waiting == 1


# Updating


class Flash:
    """A MicroPython prompt on a pseudo-terminal, with a folder for its flash; `machine.reset` ends it."""

    def __init__(self, folder: Path) -> None:
        self.files = folder / "flash"
        self.files.mkdir()
        fakes = folder / "fakes"
        fakes.mkdir()
        (fakes / "machine.py").write_text("import os\n\n\ndef reset():\n    raise SystemExit\n")
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self.process = subprocess.Popen(
            [MICROPYTHON],
            stdin=self._master,
            stdout=self._master,
            stderr=self._master,
            cwd=self.files,
            env={**os.environ, "MICROPYPATH": f"{fakes}:.frozen"},
        )

    def names(self) -> set[str]:
        return {file.name for file in self.files.iterdir()}

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)
        os.close(self._slave)


@pytest.fixture
def flash(tmp_path: Path) -> Iterator[Flash]:
    flash = Flash(tmp_path)
    yield flash
    flash.close()


def test_the_program_is_compiled_but_main() -> None:
    """Every file of the firmware, as MicroPython's bytecode, and `main.py` as it is; no package file, no VERSION."""
    files = boardupdate.program()
    sources = {file.stem for file in boardupdate.FOLDER.glob("*.py")} - {"__init__", "main"}
    assert set(files) == {f"{name}.mpy" for name in sources} | {"main.py"}
    assert all(data[:2] == b"M\x06" for name, data in files.items() if name.endswith(".mpy"))


@needs_micropython
def test_an_update_replaces_everything_and_the_board_answers(board: RestartedBoard, config: Path, flash: Flash) -> None:
    """Compiled files, compared on the board, then VERSION, then a new life that says the new version."""
    (flash.files / "wire.py").write_text("old = True\n")
    (flash.files / "settings.txt").write_text("mine")

    def live_again() -> None:
        flash.process.wait(60)
        board.begin((flash.files / "VERSION").read_text().strip())

    reset = threading.Thread(target=live_again)
    reset.start()
    done = said(config, "update", "--usb", flash.port)
    reset.join()
    assert done.exit_code == 0, done.output
    assert flash.names() == {*boardupdate.program(), "VERSION", "settings.txt"}
    assert (flash.files / "link.mpy").read_bytes() == boardupdate.program()["link.mpy"]
    assert f"It answers with firmware {boardupdate.version()}." in done.output


@needs_micropython
def test_what_is_on_the_board_already_stays(flash: Flash, capsys: pytest.CaptureFixture[str]) -> None:
    """Only what differs by its hash is copied; a progress line for each file, which whoever waits can read."""
    files = {"one.mpy": b"M\x06" * 300, "two.mpy": bytes(range(256)) * 3}
    (flash.files / "one.mpy").write_bytes(files["one.mpy"])
    (flash.files / "two.mpy").write_bytes(b"M\x06old")
    with Prompt(flash.port) as prompt:
        prompt.install(files, "9.9.9", print)
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in told] == ["there", "copied"]
    assert (flash.files / "two.mpy").read_bytes() == files["two.mpy"]
    assert (flash.files / "VERSION").read_text() == "9.9.9\n"


@needs_micropython
def test_an_update_that_breaks_off_leaves_no_version(flash: Flash, monkeypatch: pytest.MonkeyPatch) -> None:
    """The board's power fails at the second file: no VERSION, so that nobody takes it for whole; the words say what to do."""
    (flash.files / "VERSION").write_text("0.0.9\n")
    files = {"one.mpy": b"M\x06" * 300, "two.mpy": b"M\x06" * 300}

    def cut(line: str) -> None:
        if "two" in line:
            flash.process.kill()
            flash.process.wait()

    with Prompt(flash.port) as prompt:
        prompt._board.serial.timeout = 0.2
        monkeypatch.setattr(prompt._board, "use_raw_paste", False)
        with pytest.raises(DeviceTrouble, match=r"broke off .*start the update again"):
            prompt.install(files, "9.9.9", cut)
    assert "VERSION" not in flash.names()


@needs_micropython
def test_a_board_that_answers_with_another_version_is_not_done(
    board: RestartedBoard, config: Path, flash: Flash
) -> None:
    """The board at the link is another one than the one at the USB port: said, with the way out."""
    threading.Thread(target=lambda: (flash.process.wait(60), board.begin("0.0.9")), daemon=True).start()
    assert complaint(config, "update", "--usb", flash.port).startswith("the board says 0.0.9 and not")


def test_no_prompt_is_one_sentence(config: Path, tmp_path: Path) -> None:
    """Nothing at the USB port: what to plug in and press."""
    with pytest.raises(DeviceTrouble, match="press its reset button"):
        Prompt(str(tmp_path / "nothing"), within_s=0.2)
