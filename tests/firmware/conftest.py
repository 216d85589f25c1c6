"""On the board all modules lie in one folder and import each other by their plain names; here they do the same.

`fakes` holds what only the board has (`rp2`). Both stand last on the path, so they hide nothing.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent

sys.path += [str(HERE.parents[1] / "firmware"), str(HERE / "fakes")]
