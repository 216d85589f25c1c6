"""The programs as words: they fit the chip, and an assembler written by others makes the same of them."""

# The programs in here are PIO assembly in Python's clothes: their names belong to `rp2.asm_pio`.
# ruff: noqa: F821

from collections.abc import Callable

import adafruit_pioasm
import pio
import pytest
import rp2

TX9 = """
    pull block
    set pins, 0
    set x, 8 [14]
bit:
    out pins, 1 [14]
    jmp x--, bit
    set pins, 1 [14]
"""
RX9 = """
rest:
    wait 0 pin 0 [7]
    jmp pin, rest
    set x, 8 [13]
bit:
    in pins, 1
    jmp x--, bit [14]
    in pins, 1
    wait 1 pin 0
"""
PULSE_WIDTH = """
    pull block
.wrap_target
    mov x, osr
high:
    jmp x--, look
    wait 0 pin 0
look:
    jmp pin, high
    in x, 15
    mov x, osr
low:
    jmp pin, over
    jmp x--, low
    wait 1 pin 0
over:
    in x, 15
.wrap
"""
DEADMAN = """
off:
    set pins, 0
    pull block
.wrap_target
    out x, 12
    jmp !x, off
    set pins, 1
    jmp x--, fed
fed:
    pull noblock
.wrap
"""
DARK_LATCH = """
.wrap_target
light:
    wait 0 pin 0
    set x, 23
dark:
    jmp pin, light
    jmp x--, dark
    push noblock
    wait 1 pin 0
.wrap
"""
TEXTS = {"tx9": TX9, "rx9": RX9, "pulse_width": PULSE_WIDTH, "deadman": DEADMAN, "dark_latch": DARK_LATCH}
PROGRAMS = [program for block in pio.BLOCKS for program in block]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_two_assemblers_make_the_same_words(program: rp2.Program) -> None:
    """Our assembler, fed with the functions the board runs, and Adafruit's, fed with text, agree on words and wraps."""
    other = adafruit_pioasm.Program(f".program {program.name}{TEXTS[program.name]}")
    assert program.words == list(other.assembled)
    assert program.wrap_target == other.pio_kwargs.get("wrap_target", 0)
    assert program.wrap == other.pio_kwargs.get("wrap", len(program.words) - 1)


@pytest.mark.parametrize(
    ("block", "instructions"), list(zip(pio.BLOCKS, (13, 24), strict=True)), ids=["block 0", "block 1"]
)
def test_a_block_holds_its_programs(block: tuple[rp2.Program, ...], instructions: int) -> None:
    """13 and 24 of the 32 instructions of each PIO block are used, as the head of `pio.py` says, by at most four machines."""
    assert sum(len(program.words) for program in block) == instructions <= 32
    assert len(block) <= 4
    for program in block:
        line = next(line for line in (pio.__doc__ or "").splitlines() if program.name in line)
        assert str(len(program.words)) in line.split()


def test_every_machine_runs_in_the_block_of_its_program() -> None:
    """Machines 0 to 3 are in the first block and 4 to 7 in the second, each with a program that is counted there."""
    machines = [*pio.start_mdb(0, 1), pio.start_coins(2), pio.start_deadman(3), pio.start_curtain(4)]
    assert len({machine.number for machine in machines}) == 5
    for machine in machines:
        assert machine.program in pio.BLOCKS[machine.number // 4]
        assert machine.running


# The assembler itself, beyond what our programs use.

CASES: dict[str, tuple[Callable[[], object], str]] = {
    "jmp": (
        lambda: (label("here"), jmp("here"), jmp(not_osre, "here"), jmp(x_not_y, "here")),
        "here:\njmp here\njmp !osre, here\njmp x!=y, here",
    ),
    "wait": (
        lambda: (wait(1, gpio, 17), wait(0, irq, 3), wait(1, irq, rel(2))),
        "wait 1 gpio 17\nwait 0 irq 3\nwait 1 irq 2 rel",
    ),
    "in": (lambda: (in_(osr, 32), in_(null, 1)[31]), "in osr, 32\nin null, 1 [31]"),
    "out": (lambda: (out(pindirs, 32), out(pc, 5), out(exec, 16)), "out pindirs, 32\nout pc, 5\nout exec, 16"),
    "fifo": (
        lambda: (push(iffull), pull(ifempty, noblock), push(block)),
        "push iffull\npull ifempty noblock\npush block",
    ),
    "mov": (lambda: (mov(osr, invert(x)), mov(y, reverse(isr))), "mov osr, ~x\nmov y, ::isr"),
    "irq": (lambda: (irq(4), irq(block, rel(1)), irq(clear, 7)), "irq 4\nirq wait 1 rel\nirq clear 7"),
    "set": (lambda: (set(pindirs, 31), set(y, 0)[7]), "set pindirs, 31\nset y, 0 [7]"),
}


@pytest.mark.parametrize(("body", "text"), CASES.values(), ids=CASES)
def test_the_assembler_knows_the_instruction(body: Callable[[], object], text: str) -> None:
    """Each kind of instruction, with its rarer operands, comes out as Adafruit's assembler has it."""
    assert rp2.asm_pio()(body).words == list(adafruit_pioasm.Program(f".program case\n{text}").assembled)


def test_moves_that_the_other_assembler_lacks_are_as_in_the_datasheet() -> None:
    """`mov(exec, status)` and `nop()` by hand from table 3.4.8: A085 and A042."""
    assert rp2.asm_pio()(lambda: (mov(exec, status), nop())).words == [0xA085, 0xA042]


def test_side_set_takes_its_bits_from_the_delay() -> None:
    """With one pin used in every step there are four bits of delay, with an optional one three."""
    always = rp2.asm_pio(sideset_init=rp2.PIO.OUT_LOW)(lambda: (out(x, 1).side(0)[15], nop().side(1)))
    text = ".program s\n.side_set 1\nout x, 1 side 0 [15]\nnop side 1"
    assert always.words == list(adafruit_pioasm.Program(text).assembled)
    sometimes = rp2.asm_pio(sideset_init=rp2.PIO.OUT_LOW)(lambda: (out(x, 1).side(1)[7], nop()))
    text = ".program s\n.side_set 1 opt\nout x, 1 side 1 [7]\nnop"
    assert sometimes.words == list(adafruit_pioasm.Program(text).assembled)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: set(x, 32),
        lambda: set(null, 1),
        lambda: in_(pins, 33),
        lambda: mov(null, x),
        lambda: nop()[32],
        lambda: jmp("nowhere"),
        lambda: wait(2, pin, 0),
        lambda: [nop() for _ in range(33)],
    ],
)
def test_what_the_chip_cannot_do_is_refused(wrong: Callable[[], object]) -> None:
    """A value, an operand, a delay or a length that has no bits in the instruction is an error at the desk."""
    with pytest.raises((ValueError, KeyError)):
        rp2.asm_pio()(wrong)
