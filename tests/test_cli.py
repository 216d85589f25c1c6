"""The `minga` command: it finds its sub-commands, explains itself, and says what went wrong in one sentence."""

import subprocess
import sys
from pathlib import Path

import pytest
from builders import minga
from typer import Context
from typer.main import get_command

import controller.cli as cli
from controller.cli import OWN


def test_help_lists_every_command() -> None:
    """The controller's own commands and those of the other packages stand in one list, each with its sentence."""
    said = minga("--help")

    assert said.status == 0
    for name in [*OWN, "web", "demo", "simulate"]:
        assert name in said.out
    assert "Start with `minga demo`" in said.out


def calls() -> list[tuple[str, ...]]:
    """Every command with its sub-commands, as they are typed: `("ledger", "show")`."""
    group, typed = get_command(cli.app), []
    context = Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        typed += [(name, one) for one in getattr(command, "commands", {})] or [(name,)]
    return typed


@pytest.mark.parametrize("call", calls(), ids=" ".join)
def test_every_command_explains_itself_with_an_example(call: tuple[str, ...]) -> None:
    """`--help` of each command and sub-command says what it does and shows one call."""
    said = minga(*call, "--help")

    assert said.status == 0
    assert f"Example: minga {' '.join(call)}" in " ".join(said.out.split())


def test_an_unknown_command_names_itself() -> None:
    """A slip of the finger is status 2 and says which word was not understood."""
    said = minga("ledgre")
    assert said.status == 2
    assert "ledgre" in said.err


def test_an_error_a_person_can_mend_is_one_sentence(tmp_path: Path) -> None:
    """No traceback: `minga:`, what is wrong and the way out, and status 1."""
    said = minga("controller", "--config", tmp_path / "minga.toml")

    assert (said.status, said.out) == (1, "")
    assert said.err.splitlines() == [
        f"minga: {tmp_path / 'minga.toml'}: there is no such file; `minga init DIR` writes one with a comment on every key"
    ]


def test_a_programmers_mistake_stays_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only errors that a person can mend are put in words; the others must be seen whole."""
    monkeypatch.setattr(cli, "_load", lambda name: (lambda: 1 / 0) if name == "ledger" else None)
    with pytest.raises(ZeroDivisionError):
        minga("ledger")


def test_a_command_imports_only_what_it_needs() -> None:
    """Reading the books loads no page, no mock and no GPIO library: the controller's start stays quick."""
    script = (
        "import sys; sys.argv = ['minga', 'ledger', 'show', '--help']\n"
        "from controller.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'fastapi', 'hw_mocks', 'admin_web', 'gpiozero'}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_module_runs_like_the_command(tmp_path: Path) -> None:
    """`python -m controller` is `minga`: same words, same status."""
    done = subprocess.run(
        [sys.executable, "-m", "controller", "ledger", "show", "--db", tmp_path / "minga.db"],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"minga: {tmp_path / 'minga.db'}: there is no database")
