"""The vouchers that lie beside the machine: files `vale-*.txt`, each with its code alone, to be held before the scanner.

They lie in the machine's folder or in a folder in it, such as the office's. A page knows them by their names; the code goes
from the file to the world, and into no page.
"""

from pathlib import Path

PAPERS = ("vale-*.txt", "*/vale-*.txt")
PAPERS_MAX = 12


class Papers:
    """Those of one machine's folder, looked at anew each time: the office may lay more of them there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        """What they are called, such as `vale-1`; of many the first."""
        return list(self._files())[:PAPERS_MAX]

    def code(self, name: object) -> str | None:
        """What the paper of this name says; None where no such paper lies."""
        file = self._files().get(name) if isinstance(name, str) else None
        try:
            return None if file is None else file.read_text(encoding="utf-8").removesuffix("\n")
        except (OSError, UnicodeDecodeError):
            return None

    def _files(self) -> dict[str, Path]:
        found = (file for pattern in PAPERS for file in self._folder.glob(pattern))
        return {file.stem: file for file in sorted(found, key=lambda file: (len(file.stem), file.stem))}
