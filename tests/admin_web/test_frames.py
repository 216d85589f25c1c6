"""Who may show the visitor's page in a frame: nobody, but the one page on this computer that was named."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from test_kiosk_routes import StillGateway

from admin_web.cli import serve
from admin_web.kiosk.app import create_app
from controller.errors import MingaError

STAGE = "http://127.0.0.1:8090"


@pytest.mark.parametrize(("framed_by", "ancestors"), [("", "'none'"), (STAGE, STAGE)])
def test_the_page_names_who_may_frame_it(framed_by: str, ancestors: str, tmp_path: Path) -> None:
    """All else of the policy stays as strict as it was."""
    app = create_app(StillGateway(), tmp_path, framed_by=framed_by)
    policy = TestClient(app, base_url="http://127.0.0.1:8080").get("/").headers["Content-Security-Policy"]
    assert f"frame-ancestors {ancestors}" in policy.split("; ")
    assert "default-src 'self'" in policy.split("; ")


@pytest.mark.parametrize(
    "asked",
    ["http://elsewhere.example", "http://127.0.0.1:8090; script-src *", "https://127.0.0.1:1", "*", "http://127.0.0.1"],
)
def test_no_page_elsewhere_may_frame_it(asked: str, tmp_path: Path) -> None:
    """It is refused before anything listens, with an example of what is allowed."""
    with pytest.raises(MingaError, match="only a page on this computer"):
        serve(tmp_path / "minga.toml", framed_by=asked)
