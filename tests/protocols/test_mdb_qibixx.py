"""The same hosts over an adapter that speaks text: a coin, a payout and a sale pass; noise does nothing."""

import pytest
from mdb_line import Line
from mdb_peers import ChangerPeer, Peer
from mdb_trouble import QUARTER, ordered, paid, ready
from mdb_visit import Visit

from controller.protocols.mdb import Block, Charged, Command, LocalProtocolError, QibixxLine, unseal


class Adapter:
    """A simulated adapter: reads lines, speaks MDB to its device, answers in lines, in pieces as a port gives them."""

    def __init__(self, peer: Peer) -> None:
        self.peer, self.line = peer, QibixxLine()

    def carry(self, command: Command, now_ms: int) -> Block:
        letter, head, data = self.line.carry(command).decode().strip().split(",")
        assert letter == "R"
        raw = self.peer.carry(bytes.fromhex(head + data), now_ms)
        data = unseal(raw).hex().upper() if len(raw) > 1 else ""
        said = data or ("ACK" if raw else "NACK")
        self.peer.heard()
        whole = f"p,{said}\r\n".encode()
        assert self.line.hear(whole[:3]) == []
        (block,) = self.line.hear(whole[3:])
        return block


def over_text(line: Line) -> Line:
    """Put the adapter where the board was."""
    adapter = Adapter(line.peer)
    adapter.line.mark = line.number
    line.carry = lambda command: adapter.carry(command, line.now_ms)  # type: ignore[method-assign]
    return line


@pytest.mark.parametrize("level", [2, 3])
def test_a_changer_works_over_text(level: int) -> None:
    """A quarter is 25 cents, and an order pays what it says."""
    line = over_text(ready(peer=ChangerPeer(level)))
    line.peer.insert(QUARTER)  # type: ignore[attr-defined]
    line.run(300)
    assert line.booked_cents() == 25
    assert dict(paid(line, ordered(line, coins={QUARTER: 2})).coins) == {QUARTER: 2}


def test_a_cashless_sale_works_over_text() -> None:
    """JUST RESET and ACK stay apart: the one comes as 00, the other as ACK."""
    visit = Visit()
    over_text(visit.line)
    visit.peer.power_cut()
    visit.line.run(2_000)
    visit.approved()
    visit.host.delivered(1)
    visit.line.run_until(Charged)
    assert visit.peer.paid == 1_250


@pytest.mark.parametrize(
    "noise",
    [
        b"p,0\n",
        b"p,ZZ\n",
        b"p,\n",
        b"x,1\n",
        b"\xff\xfe\n",
        b"p," + b"00" * 36 + b"\n",
        b"A" * 5_000,
        "p,٠٠\n".encode(),
    ],
    ids=["half a byte", "no hex", "nothing", "sniffer", "no text", "too long", "endless", "foreign digits"],
)
def test_noise_is_skipped(noise: bytes) -> None:
    """A line that is no answer is counted, and the answer after it is one."""
    line = QibixxLine()
    line.carry(Command(1, b"\x0b"))
    assert line.hear(noise) == []
    if not noise.endswith(b"\n"):
        line.hear(b"\n")
    assert [block.raw for block in line.hear(b"p,ACK\n")] == [b"\x00"]
    assert line.skipped or noise == b"p,\n"


def test_an_answer_nobody_waits_for_is_nothing() -> None:
    """It cannot be told what it would answer."""
    line = QibixxLine()
    assert line.hear(b"p,5215\n") == []
    assert line.skipped


def test_one_command_at_a_time() -> None:
    """The adapter's answers do not say what they answer."""
    line = QibixxLine()
    assert line.carry(Command(1, b"\x0c\x00\x0f\x00\x00")) == b"R,0C,000F0000\n"
    with pytest.raises(LocalProtocolError):
        line.carry(Command(2, b"\x0b"))


def test_the_adapter_says_whether_it_is_the_master() -> None:
    """`M,1` is answered by one of two lines."""
    line = QibixxLine()
    assert line.master is None
    line.hear(b"m,ACK\n")
    assert line.master is True
    line.hear(b"m,NACK\n")
    assert line.master is False
