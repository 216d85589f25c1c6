"""The providers of a configuration, as `minga simulate` has them, and what `minga hand` can do with phone and mishaps."""

import json
import socket
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from wallets_bench import BEARER, KEYS, REFERENCE, TXID, Merchant

from controller.errors import MingaError
from hw_mocks.wallets import FittedWallets
from hw_mocks.wallets.acts import WalletActs


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def section(name: str, provider: str, url: str = "") -> SimpleNamespace:
    """As much of a `[[wallets]]` section as counts here."""
    return SimpleNamespace(name=name, provider=provider, url=url or f"http://127.0.0.1:{free_port()}")


@pytest.fixture
def fitted() -> Iterator[FittedWallets]:
    fitted = FittedWallets([section("deuna", "deuna"), section("cuenta", "pix")])
    fitted.open()
    yield fitted
    fitted.close()


@pytest.fixture
def deuna(fitted: FittedWallets) -> Iterator[Merchant]:
    merchant = Merchant(fitted.providers["deuna"].url, KEYS)
    yield merchant
    merchant.close()


@pytest.fixture
def pix(fitted: FittedWallets) -> Iterator[Merchant]:
    merchant = Merchant(fitted.providers["cuenta"].url, BEARER)
    yield merchant
    merchant.close()


def test_each_provider_listens_where_the_machine_looks_for_it(fitted, deuna, pix):
    """One phone has a wallet of both; it finds each charge by what the screen shows."""
    code, link = deuna.request().json()["numericCode"], pix.put().json()["pixCopiaECola"]
    assert fitted.pay(link)["cents"] == fitted.pay(code)["cents"] == 1250

    truth = json.loads(json.dumps(fitted.truth()))
    assert truth["deuna"] == {"paid_cents": {REFERENCE: 1250}, "returned_cents": {}}
    assert truth["cuenta"] == {"paid_cents": {TXID: 1250}, "returned_cents": {}}


def test_without_words_the_newest_offer_is_paid(fitted, pix):
    """A person at the screen pays what it shows, or another amount; with nothing left to pay the phone says so."""
    other = "x" * 26
    pix.put()
    pix.put(other)
    fitted.pay()
    fitted.pay(cents=1000)

    assert fitted.truth()["cuenta"]["paid_cents"] == {other: 1250, TXID: 1000}
    with pytest.raises(ValueError, match="no hay nada por pagar"):
        fitted.pay()


def test_what_was_scanned_is_confirmed_later(fitted, deuna):
    """The phone is put down in between; a second confirmation is refused, and nothing scanned is nothing to confirm."""
    deuna.request()
    with pytest.raises(ValueError, match="nothing was scanned"):
        fitted.confirm()
    assert fitted.scan() == {"cents": 1250, "reference": REFERENCE}
    assert fitted.truth()["deuna"]["paid_cents"] == {}

    fitted.confirm()
    with pytest.raises(ValueError, match="ya fue pagado"):
        fitted.confirm()
    assert fitted.truth()["deuna"]["paid_cents"] == {REFERENCE: 1250}


def test_troubles_begin_and_are_repaired_by_name(fitted, deuna, pix):
    """One provider is in a storm, the other is not; a wallet or a knob that is not there is said so."""
    assert fitted.trouble("cuenta", error_status=503) == {"troubles": {"deuna": {}, "cuenta": {"error_status": 503}}}
    assert [deuna.request().status_code, pix.put().status_code] == [200, 503]
    fitted.repair()
    assert pix.put().status_code == 201

    with pytest.raises(ValueError, match="there are deuna, cuenta"):
        fitted.trouble("payphone", down=True)
    with pytest.raises(TypeError, match="gremlins"):
        fitted.trouble("deuna", gremlins=True)


@pytest.mark.parametrize(
    ("provider", "url"),
    [
        ("deuna", "https://wallet.invalid/api"),
        ("pix", "http://192.0.2.7:8080"),
        ("pix", "http://127.0.0.1"),
        ("payphone", "http://127.0.0.1:8431"),
    ],
)
def test_what_cannot_be_simulated_is_said_before_anything_runs(provider, url):
    """A real address, another computer, no port, an unknown provider: a MingaError, not a call to somebody."""
    with pytest.raises(MingaError, match="simulated"):
        FittedWallets([section("w", provider, url)])


def test_a_port_that_is_taken_is_named():
    """With the address in it."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        url = f"http://127.0.0.1:{holder.getsockname()[1]}"
        fitted = FittedWallets([section("deuna", "deuna", url)])
        with pytest.raises(MingaError, match=url):
            fitted.open()
        fitted.close()


def test_a_number_typed_at_the_terminal_is_six_digits_again(fitted, deuna):
    """`minga hand pay offer=…` reads a number where the screen shows a text; a machine without wallets says so."""
    hand = WalletActs()
    with pytest.raises(ValueError, match="no wallets"):
        hand.pay()
    hand._wallets = fitted

    assert hand.pay(int(deuna.request().json()["numericCode"]))["cents"] == 1250
    assert hand._wallet_truth()["wallets"]["deuna"]["paid_cents"] == {REFERENCE: 1250}
