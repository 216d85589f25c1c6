"""A page read aloud: where there is a recording the page offers it, and no other file ever leaves the folder."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from scenes import SCENES
from test_kiosk_routes import StillGateway

from admin_web.audio import BYTES_MAX, recording
from admin_web.kiosk.app import create_app
from admin_web.words import words

ROSA_READS = b"OggS" + b"Hecho a mano en Quito" * 40


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """A media folder in which somebody has read the kiosk's page aloud, in Spanish."""
    (tmp_path / "audio").mkdir()
    (tmp_path / "audio" / "kiosk.es.ogg").write_bytes(ROSA_READS)
    return tmp_path


@pytest.fixture
def visitor(media: Path) -> TestClient:
    gateway = StillGateway()
    gateway.see(SCENES["idle"])
    return TestClient(create_app(gateway, media), base_url="http://127.0.0.1:8080")


def test_a_page_with_a_recording_offers_it_and_without_one_shows_nothing(visitor: TestClient, media: Path) -> None:
    """A button with the recording's address; when the file is gone, so are the button and its script."""
    assert 'id="hear" class="way" type="button" data-src="/audio/kiosk.es.ogg"' in visitor.get("/").text
    (media / "audio" / "kiosk.es.ogg").unlink()
    page = visitor.get("/").text
    assert 'id="hear"' not in page
    assert "voice.js" not in page


@pytest.mark.parametrize(
    ("language", "spoken"), [("es", "/audio/kiosk.es.ogg"), ("qu", "/audio/kiosk.es.ogg"), ("en", "")]
)
def test_a_kichwa_page_speaks_spanish_and_an_english_one_waits_for_its_own(
    media: Path, language: str, spoken: str
) -> None:
    """As it does in writing: what nobody has said in Kichwa is said in Spanish."""
    assert recording(media, "kiosk", words(language)) == spoken


def test_its_own_language_comes_first(media: Path) -> None:
    """A Kichwa recording is preferred to the Spanish one, whatever its kind."""
    (media / "audio" / "kiosk.qu.mp3").write_bytes(b"ID3")
    assert recording(media, "kiosk", words("qu")) == "/audio/kiosk.qu.mp3"


def test_a_recording_is_sent_whole_or_in_pieces(visitor: TestClient) -> None:
    """As sound that may do nothing else; a browser asks for a part when somebody jumps ahead."""
    whole = visitor.get("/audio/kiosk.es.ogg")
    assert (whole.content, whole.headers["content-type"]) == (ROSA_READS, "audio/ogg")
    assert whole.headers["content-security-policy"] == "default-src 'none'; sandbox"
    part = visitor.get("/audio/kiosk.es.ogg", headers={"range": "bytes=4-8", "accept-encoding": "identity"})
    assert (part.status_code, part.content) == (206, b"Hecho")


@pytest.mark.parametrize(
    "name",
    [
        "kiosk.es.wav",
        "kiosk.fr.ogg",
        "KIOSK.es.ogg",
        "..%2Fkiosk.es.ogg",
        "../kiosk.es.ogg",
        "%2e%2e/minga.db",
        "kiosk.es.ogg%00",
    ],
)
def test_no_other_name_is_a_recording(visitor: TestClient, media: Path, name: str) -> None:
    """A name is compared with its convention before any file is looked for."""
    (media / "kiosk.es.ogg").write_bytes(b"outside")
    assert visitor.get(f"/audio/{name}").status_code == 404


def test_a_link_or_a_file_too_large_is_not_there(visitor: TestClient, media: Path) -> None:
    """Neither leads out of the folder nor fills a visitor's line."""
    (media / "minga.db").write_bytes(b"books")
    (media / "audio" / "home.es.ogg").symlink_to(media / "minga.db")
    with (media / "audio" / "help.es.ogg").open("wb") as file:
        file.truncate(BYTES_MAX + 1)
    (media / "audio" / "price.es.ogg").touch()
    for page in ("home", "help", "price"):
        assert recording(media, page, words("es")) == ""
        assert visitor.get(f"/audio/{page}.es.ogg").status_code == 404
