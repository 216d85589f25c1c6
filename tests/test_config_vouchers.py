"""The configuration of vouchers: files found beside it, and no keys that nobody's scanner would ever use."""

from pathlib import Path

import pytest

from controller.config import load
from controller.errors import ConfigError

SCANNER = '[scanner]\nport = "run/scanner"\n'


def written(folder: Path, text: str) -> Path:
    file = folder / "minga.toml"
    file.write_text(f'[machine]\nname = "quito-museo-1"\n{text}')
    return file


def test_keys_list_and_port_start_at_the_files_own_folder(tmp_path: Path) -> None:
    """Wherever the command was called."""
    vouchers = (
        '[vouchers]\nkeys = { 1 = "claves/vales-1.pub", 2 = "/etc/minga/vales-2.pub" }\nrevoked = "anulados.txt"\n'
    )
    config = load(written(tmp_path, SCANNER + vouchers))
    assert config.scanner.port == str(tmp_path / "run/scanner")
    assert config.vouchers.revoked == tmp_path / "anulados.txt"
    assert config.vouchers.keys == {"1": tmp_path / "claves/vales-1.pub", "2": Path("/etc/minga/vales-2.pub")}


def test_without_a_word_there_is_no_scanner(tmp_path: Path) -> None:
    """An empty port stays empty and does not become the folder."""
    config = load(written(tmp_path, ""))
    assert (config.scanner.port, config.vouchers.keys, config.vouchers.revoked) == ("", {}, None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[vouchers]\nkeys = { 1 = "a.pub" }\n', "`vouchers.keys` needs `scanner.port`"),
        (SCANNER + '[vouchers]\nkeys = { 100 = "a.pub" }\n', "`vouchers.keys"),
        (SCANNER + '[vouchers]\nkeys = { 01 = "a.pub" }\n', "`vouchers.keys"),
        ('[scanner]\nprot = "x"\n', "did you mean `scanner.port`?"),
        ('[coins]\nport = "x"\n[scanner]\nport = "x"\n', "`scanner.port` must be another port than all others"),
    ],
    ids=["no scanner", "a number too large", "a number in two ways", "a key misspelt", "somebody else's port"],
)
def test_what_cannot_work_is_told_before_anything_moves(tmp_path: Path, text: str, words: str) -> None:
    """The key is named, and what it needs."""
    with pytest.raises(ConfigError) as error:
        load(written(tmp_path, text))
    assert words in str(error.value)
