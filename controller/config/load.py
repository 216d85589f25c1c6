"""Reading the file: checked whole, with every wrong key named and the nearest right one beside it."""

import difflib
import os
import re
import tomllib
from pathlib import Path
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from pydantic_settings.exceptions import SettingsError

from controller.config.whole import Config
from controller.errors import ConfigError


def load(file: Path) -> Config:
    """Read and check the configuration. Environment variables (`MINGA_WEB__PORT=8081`) win over the file.

    Raises ConfigError that names the file, every wrong key and the nearest right one.
    """

    class FromFile(Config):
        model_config = SettingsConfigDict(toml_file=file)

        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], **sources: PydanticBaseSettingsSource
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return sources["env_settings"], TomlConfigSettingsSource(settings_cls)

    if not file.is_file():
        raise ConfigError(file, ["there is no such file; `minga init DIR` writes one with a comment on every key"])
    try:
        config = FromFile()  # type: ignore[call-arg]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(file, [f"this is not TOML: {error}"]) from None
    except SettingsError as error:
        raise ConfigError(
            file, [f"a variable of the environment cannot be read: {_set_variables()}: {error}"]
        ) from None
    except ValidationError as error:
        raise ConfigError(file, [_words(problem) + _source(problem) for problem in error.errors()]) from None
    return _anchored(config, file.resolve().parent)


def _anchored(config: Config, folder: Path) -> Config:
    """Relative paths start at the configuration's own folder, wherever the command was called."""
    machine = config.machine
    paths = {name: folder / getattr(machine, name) for name in ("database", "media", "socket", "backups")}
    offset = config.clock.offset_file
    port, scanner, vouchers = config.coins.port, config.scanner, config.vouchers
    revoked = folder / vouchers.revoked if vouchers.revoked else None
    keys = {kid: folder / path for kid, path in vouchers.keys.items()}
    sync_files = ("ca_file", "cert_file", "key_file", "password_file")
    found: dict[str, object] = {name: folder / path for name in sync_files if (path := getattr(config.sync, name))}
    found["keys"] = {name: folder / path for name, path in config.sync.keys.items()}
    return config.model_copy(
        update={
            "machine": machine.model_copy(update=paths),
            "coins": config.coins.model_copy(update={"port": str(folder / port)}),
            "hoppers": [hopper.model_copy(update={"port": str(folder / hopper.port)}) for hopper in config.hoppers],
            "scanner": scanner.model_copy(update={"port": str(folder / scanner.port) if scanner.port else ""}),
            "vouchers": vouchers.model_copy(update={"keys": keys, "revoked": revoked}),
            "sync": config.sync.model_copy(update=found),
            "mdb": config.mdb.model_copy(update={"port": str(folder / config.mdb.port)}),
            "board": config.board.model_copy(update={"port": str(folder / config.board.port)}),
            "clock": config.clock.model_copy(update={"offset_file": folder / offset if offset else None}),
        }
    )


def _set_variables() -> str:
    return ", ".join(sorted(name for name in os.environ if name.upper().startswith("MINGA_")))


def _source(problem: ErrorDetails) -> str:
    """Where the wrong value stands, when it is not in the file."""
    name = "MINGA_" + "__".join(str(part) for part in problem["loc"]).upper()
    return f", set by {name}" if name in os.environ else ""


def _words(problem: ErrorDetails) -> str:
    """One problem as a sentence with the key, and for a stranger the nearest key that exists."""
    if not problem["loc"]:
        return problem["msg"].removeprefix("Value error, ")
    *section, key = (str(part) for part in problem["loc"] if not isinstance(part, int))
    where = ".".join([*section, key])
    if problem["type"] == "missing":
        return f"`{where}` is missing"
    if problem["type"] != "extra_forbidden":
        found = re.sub(r"//[^/@\s]*@", "//…@", repr(problem["input"]))  # whoever wrote a password into an address
        return f"`{where}`: {problem['msg'].removeprefix('Value error, ')} (found {found})"
    known = keys(section)
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.4)
    hint = f"did you mean `{'.'.join([*section, near[0]])}`?" if near else f"known here: {', '.join(known)}"
    return f"`{where}` is not a key; {hint}"


def keys(section: list[str]) -> list[str]:
    """The keys of a section, `[]` for the sections themselves."""
    model: type[BaseModel] = Config
    for name in section:
        annotation = model.model_fields[name].annotation
        found = [kind for kind in (annotation, *get_args(annotation)) if isinstance(kind, type)]  # also in `list[...]`
        model = next((kind for kind in found if issubclass(kind, BaseModel)), model)
    return list(model.model_fields)
