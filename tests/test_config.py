"""The configuration is checked whole, and every mistake is answered with the file, the key and the nearest right word."""

import json
import os
import re
import tomllib
from pathlib import Path

import pytest
from builders import minga

from controller.commands.init import commented
from controller.config import Config, Machine, keys, load
from controller.errors import ConfigError

HOPPER = '[[hoppers]]\ncoin_cents = 25\nsecurity = "none"\n'
NUMBERS = {"return_key": "7", "service_key": "8", "service_button": "24", "line": "22", "inhibit": "23"}
NUMBERS |= {"lat": "-0.2", "lon": "-78.5"}
"""What keys without a default take, where it is a number."""
WALLET = '[[wallets]]\npoint_of_sale = "4200000"\n'
PIX = 'provider = "pix"\nname = "pix"\nurl = "https://pix.invalid/api"\n'
BOARD = '[motors]\ndrive = "board"\n'
CABINET = '[cabinet]\ndrive = "board"\n'
NAME = '[machine]\nname = "quito-museo-1"\n'


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own configuration only, whatever this computer has set."""
    for name in [name for name in os.environ if name.startswith("MINGA_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "minga.toml"


def written(file: Path, text: str) -> Path:
    """A configuration with a machine's name and this text."""
    file.write_text(NAME + text)
    return file


def complaint(file: Path, text: str) -> str:
    """What is said about this configuration."""
    with pytest.raises(ConfigError) as caught:
        load(written(file, text))
    assert str(caught.value).startswith(f"{file}: ")
    return str(caught.value)


# What is right


def test_only_the_name_is_needed(file: Path) -> None:
    """Everything else has a default: two trays of four spirals, a ccTalk acceptor, pages on this machine only."""
    config = load(written(file, ""))

    assert config.machine.name == "quito-museo-1"
    assert config.slots() == ("A1", "A2", "A3", "A4", "B1", "B2", "B3", "B4")
    assert (config.web.host, config.coins.poll_ms) == ("127.0.0.1", 150)


def test_relative_paths_start_at_the_file(file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Wherever the command was called, `minga.db` lies beside the configuration; an absolute path stays."""
    monkeypatch.chdir("/")
    config = load(written(file, '[coins]\nport = "ttys/coins"\n[clock]\noffset_file = "/run/offset"\n'))

    assert config.machine.database == tmp_path / "minga.db"
    assert config.machine.socket == tmp_path / "minga.sock"
    assert config.coins.port == str(tmp_path / "ttys/coins")
    assert config.clock.offset_file == Path("/run/offset")
    hoppers = load(written(file, HOPPER + 'port = "ttys/hoppers"\n')).hoppers
    assert [hopper.port for hopper in hoppers] == [str(tmp_path / "ttys/hoppers")]


def test_slots_stand_in_the_order_of_the_glass(file: Path) -> None:
    """Column 10 comes after column 9, not after column 1."""
    config = load(written(file, '[motors]\nrows = { B = 5, A = 6 }\ncolumns = { "10" = 12, "9" = 13, "1" = 16 }\n'))
    assert config.slots() == ("A1", "A9", "A10", "B1", "B9", "B10")


def test_the_environment_wins_over_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service unit can change one key without a second file."""
    monkeypatch.setenv("MINGA_WEB__PORT", "8081")
    monkeypatch.setenv("MINGA_MACHINE__NAME", "guayaquil-2")
    config = load(written(file, "[web]\nport = 9000\n"))

    assert (config.web.port, config.machine.name) == (8081, "guayaquil-2")


def test_nothing_can_be_changed_afterwards(file: Path) -> None:
    """The configuration is frozen: whoever holds it holds the same."""
    config = load(written(file, ""))
    with pytest.raises(ValueError, match="frozen"):
        config.web.port = 1


def test_one_line_moves_the_motors_to_the_board(file: Path) -> None:
    """The same slots, and the GPIO lines of motors are free for other things."""
    config = load(written(file, BOARD + "[cabinet]\nlamp = 12\n"))
    assert config.uses_board
    assert config.slots() == load(written(file, "")).slots()


def test_the_board_has_its_own_rows_and_columns(file: Path) -> None:
    """Eight rows of ten make eighty slots; without the board's motors they count for nothing."""
    wide = "[board]\nrows = { A = 0, H = 7 }\ncolumns = { 1 = 0, 10 = 9 }\n"
    assert load(written(file, BOARD + wide)).slots() == ("A1", "A10", "H1", "H10")
    assert load(written(file, wide)).slots()[-1] == "B4"
    assert not load(written(file, wide)).uses_board


def test_pulses_alone_make_the_board_needed(file: Path) -> None:
    """The acceptor hangs on the board, the motors on GPIO lines."""
    config = load(written(file, '[coins]\nkind = "pulses"\n'))
    assert (config.uses_board, config.pulses.cents) == (True, 5)


def test_a_changer_on_the_board_needs_no_coin_port(file: Path) -> None:
    """Hoppers may then have the port an acceptor would have."""
    config = load(written(file, HOPPER + 'port = "x"\n[coins]\nkind = "mdb"\nport = "x"\n[mdb]\nline = "board"\n'))
    assert (config.uses_board, config.has_changer) == (True, True)


def test_a_wallet_needs_only_who_is_paid(file: Path) -> None:
    """Deuna, its keys under /etc, and clocks in their order; the longest screen counts for all."""
    config = load(written(file, WALLET + WALLET + PIX + "screen_s = 150\n"))
    first, second = config.wallets

    assert (first.provider, first.name, first.key_file) == ("deuna", "deuna", "/etc/minga/wallet.key")
    assert first.screen_s < first.expiry_s < first.watch_s < first.sweep_days * 86_400
    assert (second.name, config.screen_s) == ("pix", 150)


def test_a_simulated_provider_is_an_address_on_this_computer(file: Path) -> None:
    """Real and simulated differ by `url` alone; plain http goes no further than this computer."""
    assert load(written(file, WALLET + 'url = "http://127.0.0.1:8431"\n')).wallets[0].url == "http://127.0.0.1:8431"


# What is wrong


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[coins]\nadress = 2\n", "`coins.adress` is not a key; did you mean `coins.address`?"),
        ("[coin]\naddress = 2\n", "`coin` is not a key; did you mean `coins`?"),
        ("[web]\nzzzz = 2\n", "`web.zzzz` is not a key; known here: host, port"),
        ("[motors]\nturn_ms = 0\n", "`motors.turn_ms`"),
        ('[motors]\nturn_ms = "schnell"\n', "`motors.turn_ms`"),
        ("[motors]\nhome = 99\n", "`motors.home`"),
        ("[motors]\nrows = {}\n", "`motors.rows`"),
        ('[coins]\nchecksum = "crc8"\n', "'sum8' or 'crc16'"),
        ("coins = 5\n", "`machine.coins`"),
        (HOPPER + "adress = 3\n", "`hoppers.adress` is not a key; did you mean `hoppers.address`?"),
        (HOPPER + "address = 2\n", "`hoppers.address`"),
        (
            HOPPER.replace("none", "cipher"),
            "`hoppers.security`: how enciphered security bytes are computed is not public",
        ),
        ("[[hoppers]]\ncoin_cents = 25\n", "`hoppers.security` is missing"),
        (HOPPER + HOPPER + "address = 4\n", "two `hoppers` have the same coin"),
        (HOPPER + HOPPER.replace("25", "10"), "two `hoppers` have the same port and address"),
        (HOPPER + 'port = "x"\n[coins]\nport = "x"\n', "`hoppers` must be on another port than `coins.port`"),
        ("[motors]\nhome = 21\n", "line 21 is used twice: by `motors.home` and by `motors.drop_sensor`"),
        ("[cabinet]\nlamp = 12\n", "line 12 is used twice: by `motors.columns.1` and by `cabinet.lamp`"),
        ("[cabinet]\nslot_buttons = { Z9 = 22 }\n", "names ['Z9'], but the motors make"),
        ("[motors]\ncolumns = { uno = 12 }\n", "motors.columns"),
        ('[motors]\ndrive = "bord"\n', "`motors.drive`: Input should be 'gpio' or 'board'"),
        (BOARD + "turn_ms = 40000\n", "`motors.turn_ms` is at most 30000 on the board"),
        (CABINET, "needs motors, pulses or MDB on the board too"),
        (BOARD + '[board]\nport = "x"\n[coins]\nport = "x"\n', "`board.port` must be another port"),
        ("[board]\nrows = { A = 8 }\n", "`board.rows"),
        ("[board]\nrows = { A = 3, B = 3 }\n", "`board.rows`: ['A', 'B'] share a number"),
        ("[board]\nreturn_key = 4\nslot_keys = { A1 = 4 }\n", "`board.slot_keys`: ['A1', 'return_key'] share a key"),
        (BOARD + "[board]\nslot_keys = { Z9 = 4 }\n", "`board.slot_keys` names ['Z9'], but the motors make"),
        (BOARD + '[board]\nhalf_turns = ["Z9"]\n', "`board.half_turns` names ['Z9'], but the motors make"),
        ("[pulses]\npulse_ms_min = 120\n", "`pulses.pulse_ms_min` must be less than `pulses.pulse_ms_max`"),
        ('[coins]\nkind = "pulses"\n[pulses]\ndrive = "gpio"\n', "needs `pulses.line` and `pulses.inhibit`"),
        (
            '[coins]\nkind = "pulses"\n[pulses]\ndrive = "gpio"\nline = 22\ninhibit = 20\n',
            "line 20 is used twice: by `motors.home` and by `pulses.inhibit`",
        ),
        ('[coins]\nkind = "mdb"\n', "needs a bus"),
        ('[mdb]\nline = "board"\n', "`mdb.line` needs a device"),
        (HOPPER + 'port = "x"\n[mdb]\nline = "qibixx"\nport = "x"\nreader = true\n', "`mdb.port` must be another port"),
        ("[pulses]\nvalue = 5\n", "`pulses.value` is not a key"),
        ('[motors]\nrows = { A1 = 5, A = 6 }\ncolumns = { "1" = 12, "11" = 13 }\n', "motors.rows"),
    ],
    ids=lambda value: re.sub(r"[^\w ]", " ", value)[:40],
)
def test_a_mistake_names_the_file_the_key_and_the_way_out(file: Path, text: str, words: str) -> None:
    """What is wrong, where, and what would be right."""
    assert words in complaint(file, text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("screen_s = 180\n", "must each be longer than the one before"),
        ("expiry_s = 900\n", "must each be longer than the one before"),
        ("watch_s = 86400\nsweep_days = 1\n", "must each be longer than the one before"),
        ("expiry_s = 170\n", "`expiry_s` is in whole minutes at Deuna"),
        (WALLET + PIX + "screen_s = 190\nexpiry_s = 200\n", "longer than the longest `wallets.screen_s`"),
        (WALLET, "two `wallets` have the same name"),
        ('name = "tarjeta"\n[mdb]\nline = "board"\nreader = true\n', "is the card reader of `mdb.reader`"),
        ('provider = "payphone"\n', "`wallets.provider`: Input should be 'deuna' or 'pix'"),
        ('provider = "pix"\n', "`url` is missing"),
        ('url = "http://apis.invalid"\n', "`url` must begin with https://"),
        ('url = "https://key:secret@apis.invalid"\n', "`url` is an address alone"),
        ('url = "https://apis.invalid/?key=1"\n', "`url` is an address alone"),
        ('proxy = "socks5://10.0.0.1"\n', "`proxy` must begin with https://"),
        ('key_file = "wallet.key"\n', "`wallets.key_file`"),
        ('refund_until = "24:00"\n', "`wallets.refund_until`"),
        ('key = "abc"\n', "`wallets.key` is not a key; did you mean `wallets.key_file`?"),
    ],
    ids=lambda value: re.sub(r"[^\w ]", " ", value)[:40],
)
def test_a_wallet_that_could_lose_money_or_keys_is_refused(file: Path, text: str, words: str) -> None:
    """Clocks out of their order, keys in the open, a provider nobody speaks with."""
    assert words in complaint(file, WALLET + text)


@pytest.mark.parametrize("point_of_sale", ["", "A12", "٤٢"])
def test_deunas_point_of_sale_is_a_number(file: Path, point_of_sale: str) -> None:
    """Without it nobody can be paid."""
    assert "`point_of_sale`" in complaint(file, f'[[wallets]]\npoint_of_sale = "{point_of_sale}"\n')


def test_every_mistake_is_told_at_once(file: Path) -> None:
    """Three mistakes, three lines: nobody has to start the machine three times."""
    said = complaint(file, "[coins]\nadress = 2\n[web]\nport = -1\n[policy]\nnotice_s = 0\n")
    assert {line.split("`")[1] for line in said.splitlines()} == {"coins.adress", "web.port", "policy.notice_s"}


@pytest.mark.parametrize("name", ["", "q", "Quito", "quito museo", "quito_1", "q" * 33, "quito\n"])
def test_a_name_is_small_letters_digits_and_dashes(file: Path, name: str) -> None:
    """It stands in every record that leaves the machine."""
    file.write_text(f"[machine]\nname = {json.dumps(name)}\n")
    with pytest.raises(ConfigError, match=r"`machine\.name`"):
        load(file)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no such file; `minga init DIR` writes one"),
        (b"[machine\n", "this is not TOML"),
        (b"[machine]\nname = 'a'\nname = 'b'\n", "this is not TOML"),
        ('[machine]\nname = "quito-1" # el año\n'.encode("latin-1"), "this is not TOML"),
        (b"", "`machine` is missing"),
        (b"[machine]\n", "`machine.name` is missing"),
    ],
    ids=["missing", "half a line", "twice", "not UTF-8", "empty", "no name"],
)
def test_a_file_that_cannot_be_read_says_why(file: Path, content: bytes | None, words: str) -> None:
    """Missing, broken or half: one sentence each, with the file's name."""
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match=re.escape(words)) as caught:
        load(file)
    assert str(caught.value).startswith(f"{file}: ")


@pytest.mark.parametrize(
    ("name", "value"), [("MINGA_WEB__PORT", "abc"), ("MINGA_MACHINE", "{half"), ("MINGA_MOTORS__ROWS", "A=5")]
)
def test_a_mistake_in_the_environment_names_the_variable(
    file: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """Nobody should look for it in the file: the message names what was set in the environment."""
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        load(written(file, ""))
    assert name in str(caught.value)


# What `minga init` writes


def test_what_init_writes_loads_back_to_the_defaults(file: Path) -> None:
    """The commented file changes nothing: it is the defaults, said aloud."""
    file.write_text(commented("quito-museo-1"))
    plain = load(written(file.with_name("plain.toml"), ""))
    assert load(file).model_dump() == plain.model_dump()


@pytest.mark.parametrize("section", list(Config.model_fields))
def test_every_key_has_a_comment(section: str) -> None:
    """Each key of each section stands in the file, set or commented out, below at least one line that explains it."""
    written_out = re.split(rf"\[{section}\]+\n", commented("quito-museo-1"))[1]
    lines = written_out.split("\n\n")[0].splitlines()
    for key in keys([section]):
        (at,) = [number for number, line in enumerate(lines) if re.match(rf"(# )?{key} =", line)]
        assert at > 0
        assert re.match(r"# [A-Z`].{15,}", lines[at - 1]) or lines[at - 1].startswith("# ")
        assert not re.match(r"(# )?\w+ =", lines[at - 1])


def test_every_commented_key_can_be_uncommented(file: Path) -> None:
    """A key without a default is shown in a form that TOML takes once a value stands behind it."""
    text = commented("quito-museo-1").partition("# [[")[0]
    for key in re.findall(r"^# (\w+) =", text, re.MULTILINE):
        value = "{}" if key.endswith(("values_cents", "buttons", "keys", "words")) else NUMBERS.get(key, '"offset"')
        text = re.sub(rf"^# {key} =.*$", f"{key} = {value}", text, flags=re.MULTILINE)
    file.write_text(text)

    assert tomllib.loads(text)["coins"]["values_cents"] == {}
    assert load(file).clock.offset_file == file.parent / "offset"


def test_the_example_table_can_be_uncommented(file: Path) -> None:
    """With the first `# ` off each of its lines, the example of a hopper is a hopper."""
    text, mark, table = commented("quito-museo-1").partition("# [[hoppers]]")
    file.write_text(text + re.sub("^# ", "", mark + table, flags=re.MULTILINE))
    (hopper,) = load(file).hoppers

    assert (hopper.place, hopper.address, hopper.security, hopper.no_progress_s) == ("hopper:25", 3, "none", 10)


def test_init_makes_a_folder_that_can_be_used(tmp_path: Path) -> None:
    """Configuration, empty books, a folder for photos, and the next command to type."""
    folder = tmp_path / "museo"
    done = minga("init", folder, "--name", "quito-museo-1", "--example")

    assert (done.status, done.err) == (0, "")
    assert {path.name for path in folder.iterdir()} >= {"minga.toml", "minga.db", "media", "catalogue.toml"}
    assert load(folder / "minga.toml").machine.name == "quito-museo-1"
    assert f"minga controller --config {folder / 'minga.toml'}" in done.out
    assert minga("ledger", "verify", "--db", folder / "minga.db").status == 0


@pytest.mark.parametrize("there", ["minga.toml", "minga.db", "catalogue.toml"])
def test_init_never_overwrites_and_never_stops_half_way(tmp_path: Path, there: str) -> None:
    """Any of its files in the folder: refused in words, the old file as it was, and no new one beside it."""
    (tmp_path / there).write_text("precious")
    done = minga("init", tmp_path, "--example")

    assert done.status == 1
    assert there in done.err
    assert "never overwritten" in done.err
    assert (tmp_path / there).read_text() == "precious"
    assert [path.name for path in tmp_path.iterdir()] == [there]


@pytest.mark.parametrize("name", ["Quito Museo", 'a"b', "q"])
def test_init_refuses_a_name_that_could_not_be_loaded(tmp_path: Path, name: str) -> None:
    """A wrong name is refused now, and not by every later command."""
    done = minga("init", tmp_path / "museo", "--name", name)

    assert done.status == 1
    assert "small letters" in done.err or "`machine.name`" in done.err
    assert not (tmp_path / "museo" / "minga.toml").exists()
    with pytest.raises(ValueError, match="name"):
        Machine(name=name)


def test_init_into_a_file_is_one_clear_sentence(tmp_path: Path) -> None:
    """A DIR that is a file gets words, not a traceback."""
    (tmp_path / "museo").write_text("a letter")
    done = minga("init", tmp_path / "museo")

    assert done.status == 1
    assert done.err.startswith("minga: ")
