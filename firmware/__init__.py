"""MicroPython for the RP2040 I/O board, shipped with the Pi's program so that the Pi can flash it. See PROTOCOL.md."""
