"""`python -m controller` is `minga`."""

from controller.cli import main

main()
