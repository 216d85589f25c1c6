"""The wiring drawings, one a file; each has a function `draw` that gives its sheet."""
