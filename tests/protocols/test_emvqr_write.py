"""The strict writer: fields come back as they went in, and every rule they break is an error before anything is written."""

import unicodedata
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.protocols.emvqr import LocalProtocolError, Object, Payee, Value, charge, payload, read, sign
from controller.protocols.emvqr.amount import amount, cents
from controller.protocols.emvqr.tables import ACCOUNT_TEMPLATES, PRIMITIVE_ACCOUNTS

MINGA = Payee(
    accounts={"26": {"00": "ec.example.qr", "01": "0000001234"}},
    category="5699",
    name="COSTURERAS DE QUITO",
    city="QUITO",
)
PLAIN: dict[str, Value] = {
    "00": "01",
    "01": "12",
    "02": "4000123412341234",
    "52": "5699",
    "53": "840",
    "58": "EC",
    "59": "COSTURERAS DE QUITO",
    "60": "QUITO",
}
SCHEME = {"00": "ec.example.qr"}

ascii_text = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=25)
precomposed = (
    st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=12)
    .map(lambda text: unicodedata.normalize("NFC", text))
    .filter(lambda text: len(text) <= 15)
)
vivid = st.sampled_from(("Ñuka Ñan", "ភ្នំពញ", "最佳运输", "🧵🪡", "q\u0303uri", "𐐷𝄞", "👩🏽‍🏭"))
words = precomposed | vivid
guids = st.sampled_from(("ec.example.qr", "A000000677010111", "581b314e257f41bfbbdc6384daa31d16"))
schemes = st.builds(
    lambda guid, name, word: {"00": guid, name: word},
    guids,
    st.integers(1, 99).map("{:02d}".format),
    words,
)
additions = st.dictionaries(
    st.sampled_from([f"0{n}" for n in range(1, 9)]), ascii_text, min_size=1, max_size=2
) | st.builds(lambda name, scheme: {name: scheme}, st.integers(50, 99).map("{:02d}".format), schemes)
languages = st.builds(lambda name, city: {"00": "ES", "01": name, "02": city}, words, words)
codes = st.fixed_dictionaries(
    {
        "00": st.just("01"),
        "52": st.from_regex(r"[0-9]{4}", fullmatch=True),
        "53": st.just("840"),
        "58": st.sampled_from(("EC", "PE")),
        "59": ascii_text,
        "60": ascii_text.map(lambda text: text[:15]),
    },
    optional={
        "01": st.sampled_from(("11", "12")),
        "54": st.integers(1, 999_999_999_999).map(amount),
        "55": st.just("01"),
        "61": ascii_text.map(lambda text: text[:10]),
        "62": additions,
        "64": languages,
    },
)
accounts = st.dictionaries(st.sampled_from(PRIMITIVE_ACCOUNTS), ascii_text, min_size=1, max_size=1) | st.dictionaries(
    st.sampled_from(ACCOUNT_TEMPLATES), schemes, min_size=1, max_size=1
)
frees = st.dictionaries(st.integers(80, 99).map(str), schemes, max_size=1)


def values(objects: tuple[Object, ...]) -> dict[str, Value]:
    return {each.id: values(each.objects) if each.objects else each.value for each in objects}


@given(codes, accounts, frees)
def test_what_is_written_is_read_back(code: dict[str, Value], payee: dict[str, Value], free: dict[str, Value]) -> None:
    """Every field comes back under its ID, whatever letters of whatever plane it has, and there is nothing to flag."""
    objects = {**code, **payee, **free}
    found = read(payload(objects))
    crc = found.objects[-1].value
    assert values(found.objects) == {**objects, "63": crc}
    assert (found.crc_ok, found.flags) == (True, ())
    assert crc == crc.upper()
    assert len(crc) == 4


@given(st.integers(1, 999_999_999_999))
def test_cents_come_back_to_the_cent(due_cents: int) -> None:
    """From one cent to all that thirteen characters hold, an amount is read as it was asked for."""
    assert read(charge(MINGA, due_cents, "V-17")).amount_cents == due_cents


def test_a_charge_says_all_that_one_payment_needs() -> None:
    """A code for one payment: new each time, in dollars, with its amount, its reference and the terminal."""
    assert charge(MINGA, 250, "V-20260801-000017", "VM01") == (
        "00020101021226310013ec.example.qr0110000000123452045699530384054042.505802EC5919COSTURERAS DE QUITO"
        "6005QUITO62290517V-20260801-0000170704VM0163049C22"
    )


def test_a_sign_lets_the_payer_choose() -> None:
    """A donation sign is the same for all and has no amount, unless it is asked for."""
    assert sign(MINGA) == (
        "00020101021126310013ec.example.qr011000000012345204569953038405802EC5919COSTURERAS DE QUITO6005QUITO63042CD6"
    )
    fixed = read(sign(MINGA, amount_cents=100, additional={"08": "HILO NUEVO"}))
    assert [fixed.value(*path) for path in (("01",), ("54",), ("62", "08"))] == ["11", "1.00", "HILO NUEVO"]


def test_a_name_with_other_letters_stands_beside_the_plain_one() -> None:
    """Nineteen characters of twenty-one bytes have length 19; the postal code has its place too."""
    ours = Payee(
        accounts=MINGA.accounts,
        category="5699",
        name="COSTURERAS NUKA NAN",
        city="QUITO",
        postal_code="170401",
        local={"00": "ES", "01": "Costureras Ñuka Ñan"},
    )
    text = sign(ours)
    assert "64290002ES0119Costureras Ñuka Ñan6304" in text
    assert read(text).value("61") == "170401"


@pytest.mark.parametrize("due_cents", [0, -5])
def test_nothing_is_no_amount(due_cents: int) -> None:
    """Zero and less are refused: whoever wants the payer to choose leaves the amount out."""
    with pytest.raises(LocalProtocolError, match=f"^{due_cents} cents are no amount"):
        charge(MINGA, due_cents, "V-17")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"52": None}, "52, the merchant category, is missing"),
        ({"02": None}, "none of 02 to 51 says whom to pay"),
        ({"00": "02"}, "00, the payload format, may not be '02'"),
        ({"01": "13"}, "01, the point of initiation, is 13; only 11 and 12 mean something"),
        ({"52": "-100"}, "52, the merchant category, may not be '-100'"),
        ({"52": "569"}, "52, the merchant category, has 3 characters, may have 4"),
        ({"53": "٨٤٠"}, "53, the currency, may not be '٨٤٠'"),
        ({"54": "١٢"}, "54, the amount, may not be '١٢'"),
        ({"54": "98,73"}, "54, the amount, may not be '98,73'"),
        ({"54": "3 705"}, "54, the amount, may not be '3 705'"),
        ({"54": "0.00"}, "54 is zero"),
        ({"54": "1.005"}, "54 is 1.005, and a dollar has 2 decimals"),
        ({"54": "99999999999.00"}, "54, the amount, has 14 characters, may have 1 to 13"),
        ({"55": "04"}, "55, the tip indicator, may not be '04'"),
        ({"55": "02"}, "55 is 02, and 56 is missing"),
        ({"56": "0.10"}, "56 is there, and 55 is not 02"),
        ({"55": "03", "57": "0"}, "57, the percentage fee, may not be '0'"),
        ({"55": "03", "57": "100"}, "57, the percentage fee, may not be '100'"),
        ({"58": "ec"}, "58, the country, may not be 'ec'"),
        ({"59": "C" * 26}, "59, the name, has 26 characters, may have 1 to 25"),
        ({"59": ""}, "59, the name, is empty"),
        ({"59": "COSTURERAS DE ÑUKA"}, "59, the name, may not be 'COSTURERAS DE ÑUKA'"),
        ({"60": "SANTO DOMINGO DE LOS"}, "60, the city, has 20 characters, may have 1 to 15"),
        ({"61": "17040100000"}, "61, the postal code, has 11 characters, may have 1 to 10"),
        ({"62": {}}, "62, the additional data, is empty"),
        ({"62": {"05": "V" * 26}}, "62.05, the reference, has 26 characters, may have 1 to 25"),
        ({"62": {"05": ""}}, "62.05, the reference, is empty"),
        ({"62": {"09": "AMA"}}, "62.09, the data asked of the wallet, may not be 'AMA'"),
        ({"62": {"10": "puntos"}}, "62.10 is reserved"),
        ({"62": {"00": "puntos"}}, "62.00 is reserved"),
        ({"62": {"50": {"01": "hilo"}}}, "62.50.00, the globally unique identifier, is missing"),
        ({"62": {f"0{n}": "V" * 20 for n in range(1, 6)}}, "62, the additional data, has 120 characters"),
        ({"64": {"00": "ES"}}, "64.01, the name, is missing"),
        ({"64": {"00": "ESP", "01": "Ñuka"}}, "64.00, the language, has 3 characters, may have 2"),
        ({"64": {"00": "ES", "01": "N\u0303uka"}}, "64.01, the name, has accents that stand beside their letters"),
        ({"64": {"00": "ES", "01": "Ñuka\nÑan"}}, "64.01, the name, may not be"),
        ({"64": {"00": "ES", "01": "\udcf1uka"}}, "64.01, the name, may not be"),
        ({"64": {"00": "ES", "01": "Ñuka", "03": "Ñan"}}, "64.03 is reserved"),
        ({"65": "hilo"}, "65 is reserved"),
        ({"26": "no template"}, "26, the account, is not a template"),
        ({"26": {"00": "luz@banco"}}, "26.00 is neither an AID, a UUID without hyphens nor a reverse domain"),
        (
            {"26": {"00": "ec." + "q" * 30}},
            "26.00, the globally unique identifier, has 33 characters, may have 1 to 32",
        ),
        ({"63": "29B1"}, "63, the CRC, is computed and never given"),
        ({"2": "4000"}, "'2' is no ID"),
        ({"٥٤": "2.50"}, "'٥٤' is no ID"),
        ({"62": {"5": "V-17"}}, "62.'5' is no ID"),
        ({"59": {"00": "MINGA"}}, "59 is no template, so its value is a text"),
        ({"65": {"00": "MINGA"}}, "65 is no template, so its value is a text"),
        ({f"{n}": {**SCHEME, "01": "h" * 76} for n in range(26, 31)}, "the payload has more than 512 bytes"),
    ],
)
def test_a_broken_rule_is_said_in_words(change: Mapping[str, Value | None], why: str) -> None:
    """Each rule of the standard has its own words, and what breaks it is not written."""
    objects = {name: value for name, value in {**PLAIN, **change}.items() if value is not None}
    with pytest.raises(LocalProtocolError) as error:
        payload(objects)
    assert why in str(error.value)


def test_all_broken_rules_are_said_at_once() -> None:
    """Whoever fills in a sign learns everything that is wrong with it, not one thing after the other."""
    with pytest.raises(LocalProtocolError, match=r"has 3 characters.*; 59, the name, is empty; 60, the city, has 18"):
        payload({**PLAIN, "52": "569", "59": "", "60": "QUITO CENTRO NORTE"})


def test_an_account_is_02_to_51() -> None:
    """An account can take no other field's place."""
    with pytest.raises(LocalProtocolError, match="no account is 53, 80: they are 02 to 51"):
        sign(Payee(accounts={"53": "978", "80": SCHEME, "02": "4000"}, category="5699", name="MINGA", city="QUITO"))


@given(st.text())
def test_no_other_text_than_digits_and_a_point_is_cents(text: str) -> None:
    """An amount is read by ASCII alone; whatever `float` or `int` would have read besides is none."""
    worth = cents(text)
    assert (worth is None) or (set(text) <= set("0123456789.") and worth >= 0)


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("98.73", 9_873),
        ("98.", 9_800),
        ("98", 9_800),
        ("1.500", 150),
        ("0", 0),
        ("007", 700),
        ("9999999999.99", 999_999_999_999),
    ],
)
def test_amounts_of_all_legal_forms_are_cents(text: str, worth: int) -> None:
    """With a point or without, with zeros that say nothing: the same cents."""
    assert cents(text) == worth


@pytest.mark.parametrize(
    "text", ["", ".", ".5", "1.2.3", "1_000", "1e3", "+1", "-1", " 1", "1\n", "٣", "１２", "1.005", "inf", "9" * 5_000]
)
def test_what_python_would_take_for_a_number_is_no_amount(text: str) -> None:
    """Signs, exponents, spaces, underscores, other scripts' digits, parts of a cent: no value is guessed."""
    assert cents(text) is None
