"""The configuration of the sync: off by default, and every mistake is told before anything moves."""

from pathlib import Path

import pytest

from controller.config import load
from controller.errors import ConfigError


def written(folder: Path, text: str) -> Path:
    file = folder / "minga.toml"
    file.write_text(f'[machine]\nname = "quito-museo-1"\n[sync]\n{text}')
    return file


def test_without_a_word_nothing_goes_to_anybody(tmp_path: Path) -> None:
    """No broker is named by default."""
    assert load(written(tmp_path, "")).sync.broker == ""


def test_the_address_is_host_and_port(tmp_path: Path) -> None:
    """With the usual port where none is named; files start at the configuration's own folder."""
    sync = load(written(tmp_path, 'broker = "mqtts://broker.lab.example"\nca_file = "claves/ca.pem"\n')).sync
    assert (sync.address, sync.encrypted, sync.ca_file) == (
        ("broker.lab.example", 8883),
        True,
        tmp_path / "claves/ca.pem",
    )
    here = load(written(tmp_path, 'broker = "mqtt://127.0.0.1:1884"\n')).sync
    assert (here.address, here.encrypted) == (("127.0.0.1", 1884), False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('broker = "broker.lab.example:8883"', "is an address like mqtts://"),
        ('broker = "https://broker.lab.example"', "is an address like mqtts://"),
        ('broker = "mqtts://broker.lab.example:99999"', "a port is a number from 1 to 65535"),
        ('broker = "mqtts://rosa:secreto@broker.lab.example"', "the name stands in `user`"),
        ('broker = "mqtt://broker.lab.example"', "plain mqtt:// is only for 127.0.0.1"),
        ('broker = "mqtt://127.0.0.1"\nca_file = "ca.pem"', "are for mqtts://"),
        ('cert_file = "museo.pem"', "`cert_file` and `key_file` go together"),
        ('broker = "mqtts://broker.lab.example"\npassword_file = "password"', "`password_file` needs `user`"),
        ("lat = -0.2", "`lat` and `lon` go together"),
        ('protocol = "3.1"', "`sync.protocol`"),
        ('brocker = "x"', "did you mean `sync.broker`?"),
        ("keepalive_s = 5", "`sync.keepalive_s`"),
    ],
)
def test_what_cannot_work_is_told_before_anything_moves(tmp_path: Path, text: str, words: str) -> None:
    """The key is named, and what it needs."""
    with pytest.raises(ConfigError) as error:
        load(written(tmp_path, text))
    assert words in str(error.value)


def test_a_password_in_the_address_is_not_repeated(tmp_path: Path) -> None:
    """The error goes to a log that others read."""
    with pytest.raises(ConfigError) as error:
        load(written(tmp_path, 'broker = "mqtts://rosa:secreto@broker.lab.example"'))
    assert "secreto" not in str(error.value)
