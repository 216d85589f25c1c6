"""The public pages over real books with one sale in them: asked in-process, or served to a phone's browser."""

from collections.abc import Iterator
from pathlib import Path

import phone_bench
import pytest
from builders import a_busy_day
from fake_controller import IDLE
from fastapi import FastAPI
from fastapi.testclient import TestClient
from phone_bench import Bench, opened
from sale import ADDRESS, sold_here
from still import StillGateway

from admin_web.phone.app import create_app
from controller.config import load


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A museum's folder with sale 17 in its books."""
    sold_here(tmp_path)
    return tmp_path


@pytest.fixture
def gateway(folder: Path) -> StillGateway:
    gateway = StillGateway(folder / "minga.sock", folder / "minga.db")
    gateway.see(IDLE)
    return gateway


@pytest.fixture
def app(folder: Path, gateway: StillGateway) -> FastAPI:
    return create_app(gateway, load(folder / "minga.toml"))


@pytest.fixture
def phone(app: FastAPI) -> TestClient:
    """A phone that found the machine's Wi-Fi. It asks for Spanish, and nobody has ever met it."""
    here = {"accept-language": "es-EC"}
    return TestClient(app, base_url=ADDRESS, headers=here, follow_redirects=False, raise_server_exceptions=False)


@pytest.fixture
def served(app: FastAPI) -> Iterator[str]:
    """The address of the same pages on loopback."""
    with phone_bench.served(app) as address:
        yield address


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A small co-op whose phones can be had by their members' names."""
    with opened(tmp_path) as bench:
        yield bench


@pytest.fixture
def day(bench: Bench) -> Bench:
    """One of everything: sale 1, a jam (2) and its twin (3), a doubt (4), a claim, money left; three codes are open."""
    with bench.journal() as journal:
        a_busy_day(journal)
    bench.gateway.look()
    return bench
