"""The `minga` command: a table of sub-commands, each loaded only when it is called.

Commands of the controller stand in `OWN`; other packages join through the entry-point group `minga.commands`, so that
`controller` imports neither pages nor mocks.
"""

import logging
import sys
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from controller.errors import MingaError

OWN = {
    "init": "controller.commands.init:init",
    "controller": "controller.commands.controller:controller",
    "catalogue": "controller.commands.catalogue:catalogue",
    "member": "controller.commands.member:member",
    "photo": "controller.commands.photo:photo",
    "slot": "controller.commands.slot:slot",
    "board": "controller.commands.board:board",
    "try": "controller.commands.trying:try_part",
    "diagnose": "controller.commands.diagnose:diagnose",
    "money": "controller.commands.money:money",
    "voucher": "controller.commands.voucher:voucher",
    "sign": "controller.commands.sign:sign",
    "ledger": "controller.commands.ledger:ledger",
    "statement": "controller.commands.statement:statement",
    "export": "controller.commands.export:export",
    "sync": "controller.commands.sync:sync",
    "backup": "controller.commands.backup:backup",
    "restore": "controller.commands.restore:restore",
    "decode": "controller.commands.decode:decode",
}


class LazyGroup(TyperGroup):
    """Finds a sub-command by name without importing the others."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # noqa: ARG002 (click's form)
        return [*OWN, *sorted(point.name for point in entry_points(group="minga.commands"))]

    def get_command(self, ctx: typer.Context, cmd_name: str) -> TyperCommand | TyperGroup | None:  # noqa: ARG002
        target = _load(cmd_name)
        if target is None:
            return None
        if isinstance(target, typer.Typer):
            command = get_command(target)
        else:
            single = typer.Typer(add_completion=False)
            single.command(cmd_name)(target)
            command = get_command(single)
        command.name = cmd_name
        return command


def _load(name: str) -> Any:
    if name in OWN:
        module, _, attribute = OWN[name].partition(":")
        return getattr(import_module(module), attribute)
    return next((point.load() for point in entry_points(group="minga.commands") if point.name == name), None)


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The vending machine that its seamstresses own. Start with `minga demo`.",
)


@app.callback()
def _minga() -> None:
    """Every sub-command has its own --help with an example."""


def main() -> None:
    """Run one command; an error a person can mend is one clear sentence and status 1."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        app()
    except MingaError as error:
        print(f"minga: {error}", file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
