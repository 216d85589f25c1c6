"""Draws the statement of the docs from the simulated co-op's November: `python docs/pictures/statement.py`."""

import sys
import tempfile
from contextlib import closing
from datetime import date
from io import BytesIO
from pathlib import Path

from PIL import Image

from controller.ledger.connection import open_readonly
from controller.ledger.statement import statement
from controller.statements.picture import as_png

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tests" / "statements"))

from coop import Coop  # noqa: E402 (the co-op lives beside the tests that count it)

MAKER, DAYS = "killa", (date(2026, 11, 8), date(2026, 11, 13))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        coop = Coop(Path(folder) / "minga.db")
        coop.month()
        with closing(open_readonly(coop.path)) as db:
            drawn = as_png(statement(db, MAKER, *DAYS), "quito-museo-1")
        coop.journal.close()
    picture = Image.open(BytesIO(drawn)).convert("RGB")
    picture.resize((640, picture.height * 640 // picture.width)).save(HERE / "liquidacion.webp", quality=80)


if __name__ == "__main__":
    main()
