"""An MDB line in virtual time: the FIFOs of the two state machines, and a peripheral at the far end that a test scripts.

Runs on CPython and on MicroPython, so it uses only what both have. Times are microseconds.
"""

WORD_US = 1_146
LAST = 0x100
GOOD_STOP = 0x200
FIFO_WORDS = 8


class Memory:
    """Stands for `gc` and notes when collecting is allowed."""

    def __init__(self):
        self.collects = True
        self.collections = 0

    def disable(self):
        self.collects = False

    def enable(self):
        self.collects = True

    def collect(self):
        assert self.collects, "nobody collects while it is disabled"
        self.collections += 1


class Line:
    """Is both state machines for the driver. `answers` are what the peripheral says, one for each time we fall silent.

    An answer is a list of (pause in us, word), where the word's bit 9 is the stop bit; `said` notes each stretch of ours
    as a list of words, and `said_us` when it began.
    """

    def __init__(self, *answers):
        self.answers = list(answers)
        self.us = 0
        self.said = []
        self.said_us = []
        self.executed = []
        self._out = []
        self._talking = False
        self._out_done_us = 0
        self._coming = []
        self._in = []
        self.lost = 0

    # What `rp2.StateMachine` has

    def put(self, word):
        assert len(self._out) < FIFO_WORDS, "put would wait"
        if not self._talking:
            self.said.append([])
            self.said_us.append(self.us)
            self._talking = True
            self._out_done_us = self.us + WORD_US
            self.said[-1].append(word)
        else:
            self._out.append(word)

    def get(self, buffer, shift):
        assert (buffer, shift) == (None, 22)
        return self._in.pop(0)

    def tx_fifo(self):
        return len(self._out)

    def rx_fifo(self):
        return len(self._in)

    def exec(self, instruction):
        self.executed.append((self.us, instruction))

    # Time

    def pass_until(self, us):
        """Let bits travel until then."""
        while self._talking and self._out_done_us <= us:
            if self._out:
                self.said[-1].append(self._out.pop(0))
                self._out_done_us += WORD_US
            else:
                self._talking = False
                self._reply(self._out_done_us)
        while self._coming and self._coming[0][0] <= us:
            word = self._coming.pop(0)[1]
            if len(self._in) < FIFO_WORDS:
                self._in.append(word)
            else:
                self.lost += 1
        self.us = us

    def _reply(self, at_us):
        for pause_us, word in self.answers.pop(0) if self.answers else []:
            at_us += pause_us + WORD_US
            self._coming.append((at_us, word))

    def speak(self, *words):
        """Words that arrive now, unasked."""
        self._in += words


def block(*data, pause_us=100, wrong_sum=False):
    """A peripheral's answer: data, CHK with the mode bit."""
    total = (sum(data) + wrong_sum) & 0xFF
    words = [byte | GOOD_STOP for byte in data] + [total | GOOD_STOP | LAST]
    return [(2_000 if index == 0 else pause_us, word) for index, word in enumerate(words)]


def lone(byte, pause_us=2_000):
    """A peripheral's ACK or NAK."""
    return [(pause_us, byte | GOOD_STOP | LAST)]


def run(wire, line, ms, tick_ms=1):
    """Tick for so long, at these distances, or until the exchange is over."""
    for _ in range(ms // tick_ms):
        line.pass_until(line.us + tick_ms * 1_000)
        wire.tick(line.us // 1_000)
        if not wire.busy:
            return
