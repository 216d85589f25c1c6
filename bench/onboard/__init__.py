"""Programs of the bench that run in the board's place, on MicroPython and on CPython; the firmware's files lie flat there."""
