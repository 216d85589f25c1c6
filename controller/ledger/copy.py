"""`python -m controller.ledger.copy`: one backup in a process of its own, so that a sale waits for none of it.

Arguments: the books, the folder on the stick, the machine's name and its wall clock in milliseconds. The answer is one
line of JSON: `{"file": …, "seq": …, "head": …}`, or `{"failed": …}` with a sentence.
"""

import json
import os
import sys
from pathlib import Path

from controller.errors import MingaError
from controller.ledger.backup import back_up

NICE = 19


def main(database: str, folder: str, machine: str, wall_ms: str) -> None:
    """Copy, and say what came of it."""
    os.nice(NICE)
    try:
        made = back_up(Path(database), Path(folder), machine, int(wall_ms))
        answer = {"file": made.file.name, "seq": made.seq, "head": made.head}
    except MingaError as error:
        answer = {"failed": str(error)}
    print(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:5])
