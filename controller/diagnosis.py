"""What a technician sends to somebody who knows more: one small file about this machine, and about nobody.

It holds versions, the configuration by a list of keys that may be told, how each device is, how many facts there are of each
kind, the head of the chain, room on the disk, and the logs. Not one fact's content, no name, no code, no key: what is not in
the list of keys is left out, whatever it is, and the logs are covered (`controller.logbook`).
"""

import io
import json
import platform
import shutil
import sys
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import closing
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from controller import __version__
from controller.config import Config
from controller.ledger.connection import open_readonly
from controller.logbook import covered, newest

PROCESSES = ("controller", "web", "phones")
LINES = 600
PART_BYTES_MAX = 400_000
"""Of each file in the bundle, before it is compressed."""
TOLD: Mapping[str, tuple[str, ...]] = {
    "machine": ("name", "disk_free_mb_min"),
    "coins": ("kind", "port", "address", "checksum", "poll_ms", "values_cents", "box_coins_max"),
    "motors": (
        *("drive", "rows", "columns", "home", "drop_sensor", "drop_emitter"),
        *("home_answers_ms", "leave_home_ms", "turn_ms", "drop_ms", "debounce_ms"),
    ),
    "cabinet": ("drive", "door", "return_button", "service_button", "slot_buttons", "lamp"),
    "board": (
        *("port", "rows", "columns", "half_turns", "retries", "brake_ms", "over_current_ma", "over_current_ms"),
        *("no_motor_ma", "door", "slot_keys", "return_key", "service_key", "thermometers"),
    ),
    "pulses": ("drive", "line", "inhibit", "cents", "idles", "inhibited_by", "pulse_ms_min", "pulse_ms_max", "jam_ms"),
    "mdb": ("line", "port", "bills", "bills_cents", "reader"),
    "policy": ("credit_idle_s", "dispense_s", "notice_s", "credit_max_cents", "unreturnable"),
    "hours": ("open",),
    "clock": ("zone", "trust_rtc"),
    "web": ("host", "port"),
    "phones": ("host", "port"),
    "scanner": ("kind", "baud", "same_code_ms"),
    "wallets": ("provider", "name", "screen_s", "expiry_s", "watch_s", "sweep_days", "try_cancel", "check_s"),
    "hoppers": ("port", "address", "coin_cents", "security", "no_progress_s"),
}
"""The keys that may be told, by section. Whoever adds one here says that it is nobody's secret."""


def bundle(config: Config, status: Mapping[str, Any] | None) -> bytes:
    """The whole file, a zip. `status` is what the controller says of its devices; None when it does not answer.

    A part that cannot be read says why in its place; nothing is raised for it.
    """
    folder = config.machine.database.parent
    parts: dict[str, str] = {
        "machine.json": _json(_machine(config)),
        "configuration.json": _json(told(config)),
        "devices.json": covered(_json({"controller": "does not answer"} if status is None else status)),
        "books.json": _json(_books(config.machine.database)),
    }
    parts |= {f"{name}.log": "\n".join(newest(folder, name, LINES)) for name in PROCESSES}
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text.encode()[-PART_BYTES_MAX:])
    return zipped.getvalue()


def told(config: Config) -> dict[str, Any]:
    """The configuration as far as it may be told: a section, or a list of tables, with its keys of `TOLD`."""
    plain = config.model_dump(mode="json")
    return {name: _only(plain[name], keys) for name, keys in TOLD.items() if plain.get(name)}


def _only(section: Any, keys: tuple[str, ...]) -> Any:
    if isinstance(section, list):
        return [_only(table, keys) for table in section]
    return {key: section[key] for key in keys if key in section}


def _machine(config: Config) -> dict[str, Any]:
    disk = shutil.disk_usage(config.machine.database.parent)
    return {
        "minga": __version__,
        "python": sys.version,
        "system": platform.platform(),
        "packages": dict(_packages()),
        "disk_mb": {"whole": disk.total // 1_000_000, "free": disk.free // 1_000_000},
    }


def _packages() -> Iterable[tuple[str, str]]:
    """What the program runs with, and which version of it."""
    for line in requires("minga") or ():
        if "extra ==" in line:
            continue
        name = line.split(";")[0].split(">")[0].split("=")[0].strip()
        try:
            yield name, version(name)
        except PackageNotFoundError:
            yield name, "not there"


def _books(database: Path) -> dict[str, Any]:
    """How much there is, and the head of the chain; of no fact more than its kind."""
    try:
        with closing(open_readonly(database)) as db:
            counts = dict(db.execute("SELECT type, count(*) FROM facts GROUP BY type ORDER BY type").fetchall())
            seq, head, epoch, boots = db.execute(
                "SELECT seq, hex(hash), epoch, boot_id FROM facts ORDER BY seq DESC LIMIT 1"
            ).fetchone() or (0, "", 0, 0)
            size = database.stat().st_size
            return {"facts": counts, "seq": seq, "head": head, "epoch": epoch, "starts": boots, "bytes": size}
    except Exception as error:  # noqa: BLE001 - books that cannot be read are just what a bundle is made for
        return {"unreadable": type(error).__name__}


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, default=str)
