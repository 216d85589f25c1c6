"""The simulated MDB devices against the product's hosts, in virtual time: what physically happened is what is told."""

from collections.abc import Callable

from controller.protocols.mdb import Bill, BillHost, Block, Conversation, Event, Told
from hw_mocks.mdb import SILENCE, SimulatedBills, SimulatedChanger, SimulatedMdbBus


def talk(host: Conversation, bus: SimulatedMdbBus, done: Callable[[], bool], now_ms: int = 0) -> list[Event]:
    """Let them talk until `done`; what the host told."""
    told: list[Event] = []
    for _ in range(5_000):
        command = host.to_send(now_ms)
        if command:
            told += host.hear(Block(host.mark + 1, command, bus.exchange(command.data, now_ms)), now_ms + 5)
        else:
            told += host.tick(host.wake_ms)
        now_ms = max(now_ms + 5, host.wake_ms if not command else 0)
        if done():
            return told
    raise AssertionError(f"it never came to be: {told}")


def test_a_bill_is_money_when_it_is_stacked() -> None:
    """Five dollars wait in the escrow, are kept, and lie in the stacker; a twenty that is not wanted comes back at once."""
    bills, host = SimulatedBills(), BillHost()
    bus = SimulatedMdbBus(bills)
    host.accept(frozenset({500}))
    told = talk(host, bus, lambda: bills.insert(5))
    assert not bills.insert(20)
    told += talk(host, bus, lambda: host.in_escrow is not None, 60_000)
    assert not bills.stacked

    host.keep(True)
    told += talk(host, bus, lambda: bills.stacked_dollars == 5 and host.in_escrow is None, 70_000)
    credits = [bill for event in told if isinstance(event, Told) for bill in event.credits]
    assert [bill.bill_type for bill in credits if isinstance(bill, Bill)] == [1]


def test_a_device_without_power_is_silent_and_forgets() -> None:
    """With its plug out it answers nothing; in again, it first says that it was reset, and takes no coin."""
    changer = SimulatedChanger()
    bus = SimulatedMdbBus(changer)
    bus.exchange(bytes.fromhex("0c 000f 0000"), 0)
    assert changer.open_for(25)
    changer.set_power(False)
    assert bus.exchange(b"\x0b", 10) == SILENCE

    changer.set_power(True)
    assert bus.exchange(b"\x0b", 20) == b"\x0b\x0b"
    assert not changer.open_for(25)


def test_what_is_not_acknowledged_is_told_again() -> None:
    """A poll whose answer is lost on its way is answered the same again; acknowledged, it is told no more."""
    changer = SimulatedChanger()
    bus = SimulatedMdbBus(changer)
    bus.exchange(b"\x0b", 0)
    bus.exchange(bytes.fromhex("0c 000f 0000"), 0)
    assert changer.insert(25)
    bus.lose_answers = 1

    assert bus.exchange(b"\x0b", 10) == SILENCE
    assert bus.exchange(b"\x0b", 20)[:-1] == bytes((0x52, 21))
    assert bus.exchange(b"\x0b", 30) == b"\x00"
