"""Failures that a person can do something about; each says what, where and the way out."""

from pathlib import Path


class MingaError(Exception):
    """The base of errors that end a command with a message instead of a traceback."""


class ConfigError(MingaError):
    """The configuration cannot be used: names the file, the key and the nearest right word."""

    def __init__(self, file: Path, problems: list[str]) -> None:
        self.file, self.problems = file, problems
        super().__init__("\n".join(f"{file}: {problem}" for problem in problems))
