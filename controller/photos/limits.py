"""How much one file may cost the machine while it is looked at."""

BYTES_MAX = 20_000_000
"""A phone's JPEG has 2 to 12 MB."""
MEMORY_BYTES = 512 * 1024 * 1024
WORK_S = 20
"""Of a processor: the worst photo that is allowed takes three on a laptop."""
OUTPUT_BYTES = 256 * 1024
PATIENCE_S = 60.0
"""By the clock, for one photo and for the turn to have one made: a busy machine gives its processor to the sale."""
POLITE = 10
"""Added to the process's niceness: a sale comes before a photo."""
