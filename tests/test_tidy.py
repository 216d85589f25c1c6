"""Reads the source tree and holds it to the house rules, so that reviewers can look at what matters.

Every file that git would take is read: what it tracks and what is new and not ignored. A fresh clone gives the same list.
"""

import ast
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOOLS = Path(sys.executable).parent

PRODUCT_LINES_MAX = 300
TEST_LINES_MAX = 400
FUNCTION_LINES_MAX = 45
FILE_BYTES_MAX = 400_000
LOCKS = ("requirements.lock", "requirements-dev.lock")
SHORT_BODY_MAX = 4
"""A public function this short may speak for itself."""

# The patterns are put together from halves, so that this file itself is clean.
REGISTRIES = re.compile("|".join(["py" + r"pi\.org", "python" + "hosted", r"npm" + r"js\.", r"deb\.deb" + "ian"]))
HOMES = "|".join(["ho" + "me", "ro" + "ot", "Us" + "ers", "wo" + "rk", "fa" + "rm"])
SOMEBODYS_MACHINE = re.compile(rf"(?<![\w.])[/\\]({HOMES})[/\\]|\.\./" + "shared")
UNFINISHED = re.compile(
    r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b|Not" + "Implemented"
)
IMPURE = {"time", "random", "secrets", "uuid", "datetime"}


@cache
def tree() -> list[Path]:
    """Every file of the project, as git sees it."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    return sorted({ROOT / name for name in names if name and (ROOT / name).is_file()})


def python(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """The Python files under these folders, or all of them, with their syntax."""
    for file in tree():
        if file.suffix == ".py" and (not folders or any(file.is_relative_to(ROOT / folder) for folder in folders)):
            yield file, syntax(file)


@cache
def syntax(file: Path) -> ast.Module:
    """A file's syntax, read once for all rules: parsing the tree takes longer than any rule does."""
    return ast.parse(file.read_text(), str(file))


@pytest.fixture(scope="module", autouse=True)
def forgotten() -> Iterator[None]:
    """A million nodes of syntax would make every later look for garbage longer."""
    yield
    syntax.cache_clear()


def functions(module: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    yield from (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def place(file: Path, node: ast.AST | None = None) -> str:
    return f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def matches(pattern: re.Pattern[str], *suffixes: str) -> list[str]:
    """Where the pattern stands in the tree's text files, or only in those with one of these suffixes."""
    found = []
    for file in tree():
        if suffixes and file.suffix not in suffixes:
            continue
        for number, line in enumerate(file.read_text(errors="replace").splitlines(), start=1):
            if pattern.search(line):
                found.append(f"{file.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    return found


def nothing(found: Iterable[str]) -> None:
    """Fail with one finding a line."""
    listed = list(found)
    assert not listed, "\n" + "\n".join(listed)


# Files and functions


def test_every_file_opens_by_saying_what_it_is() -> None:
    """A Python file that is not empty begins with a docstring."""
    nothing(place(file) for file, module in python() if module.body and not ast.get_docstring(module))


def test_no_two_files_of_the_tests_are_called_the_same() -> None:
    """They are imported by their bare names: of two, the second would be taken for the first, or not be run at all."""
    names = Counter(
        file.name for file, _ in python() if file.is_relative_to(ROOT / "tests") and file.name != "conftest.py"
    )
    nothing(name for name, count in names.items() if count > 1)


def test_a_file_is_one_thought() -> None:
    """Product files have at most 300 lines, tests at most 400."""
    too_long = []
    for file, _ in python():
        most = TEST_LINES_MAX if file.is_relative_to(ROOT / "tests") else PRODUCT_LINES_MAX
        lines = len(file.read_text().splitlines())
        if lines > most:
            too_long.append(f"{file.relative_to(ROOT)} has {lines} lines")
    nothing(too_long)


def test_a_function_fits_a_screen() -> None:
    """No function has more than 45 lines, its docstring counted."""
    long = [
        f"{place(file, function)} {function.name} has {1 + (function.end_lineno or 0) - function.lineno} lines"
        for file, module in python()
        for function in functions(module)
        if (function.end_lineno or 0) - function.lineno >= FUNCTION_LINES_MAX
    ]
    nothing(long)


def test_every_test_is_a_claim() -> None:
    """A test's docstring is the sentence it proves."""
    silent = [
        f"{place(file, function)} {function.name}"
        for file, module in python("tests")
        for function in functions(module)
        if function.name.startswith("test_") and not (ast.get_docstring(function) or "").rstrip().endswith((".", "?"))
    ]
    nothing(silent)


def test_public_functions_of_the_core_explain_themselves() -> None:
    """In the domain and the protocols a public function has a docstring, unless four lines say it all."""
    silent = [
        f"{place(file, function)} {function.name}"
        for file, module in python("controller/domain", "controller/protocols")
        for owner in ast.walk(module)
        if isinstance(owner, ast.Module | ast.ClassDef)
        for function in owner.body
        if isinstance(function, ast.FunctionDef) and not function.name.startswith("_")
        if not ast.get_docstring(function) and _lines(function) > SHORT_BODY_MAX
    ]
    nothing(silent)


def _lines(function: ast.FunctionDef) -> int:
    return (function.end_lineno or 0) - function.body[0].lineno + 1


# Money and purity


def floats_beside_cents(module: ast.Module) -> Iterator[ast.stmt]:
    """Statements where an amount in cents stands beside a true division, a float or a fraction of one."""
    for statement in (node for node in ast.walk(module) if isinstance(node, ast.stmt)):
        own = list(_own_nodes(statement))
        if any(_names_cents(node) for node in own) and any(_is_inexact(node) for node in own):
            yield statement


def _own_nodes(statement: ast.stmt) -> Iterator[ast.AST]:
    """The statement's own expressions, without the statements it contains."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt)]


def _names_cents(node: ast.AST) -> bool:
    name = {ast.Name: "id", ast.Attribute: "attr", ast.arg: "arg", ast.keyword: "arg"}.get(type(node), "")
    return bool(name) and str(getattr(node, name)).split("_")[-1] in ("cents", "cent")


def _is_inexact(node: ast.AST) -> bool:
    match node:
        case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()) | ast.Constant(value=float()):
            return True
        case ast.Name(id="float" | "round" | "Decimal"):
            return True
        case _:
            return False


def test_money_is_whole_cents() -> None:
    """Nowhere in the domain or the ledger does a float or a true division touch an amount in cents."""
    found = [
        place(file, statement)
        for file, module in python("controller/domain", "controller/ledger")
        for statement in floats_beside_cents(module)
    ]
    nothing(found)


@pytest.mark.parametrize(
    "line",
    ["half_cents = price_cents / 2", "price_cents = 3.5", "def f(price_cents: float): ...", "x = float(s.cents)"],
)
def test_the_money_rule_can_be_broken(line: str) -> None:
    """The rule finds each way in which a cent could be lost to a fraction."""
    assert list(floats_beside_cents(ast.parse(line)))


@pytest.mark.parametrize("line", ["half_cents = price_cents // 2", "file = folder / 'minga.db'", "wait_s = 0.5"])
def test_the_money_rule_leaves_the_innocent_alone(line: str) -> None:
    """Whole division, paths and seconds are no fractions of a cent."""
    assert not list(floats_beside_cents(ast.parse(line)))


def test_the_domain_has_no_clock_and_no_chance() -> None:
    """Nothing under `domain/` imports a source of time or randomness, so a whole day can be replayed."""
    found = [
        place(file, node)
        for file, module in python("controller/domain")
        for node in ast.walk(module)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
        if name.split(".")[0] in IMPURE
    ]
    nothing(found)


def test_the_product_does_not_know_whether_it_is_simulated() -> None:
    """No name in `controller/` speaks of mocks: real and simulated differ by a path and an environment variable."""
    found = [
        place(file, node)
        for file, module in python("controller")
        for node in ast.walk(module)
        for name in (getattr(node, "id", ""), getattr(node, "attr", ""), getattr(node, "module", ""))
        if isinstance(name, str) and re.search(r"(^|_)mock(s|ed)?(_|$)|hw_mocks", name)
    ]
    nothing(found)


# The tree as others get it


def test_nothing_is_left_unfinished() -> None:
    """No mark of unfinished work stands in the code; what is missing is said in the docs."""
    nothing(matches(UNFINISHED, ".py", ".html", ".js", ".css", ".service"))


def test_no_package_registry_is_named() -> None:
    """The tree names no registry's address: where packages come from is each machine's own choice."""
    nothing(matches(REGISTRIES))


def test_nothing_points_into_somebodys_machine() -> None:
    """No path of a developer's own folders stands in the tree."""
    nothing(matches(SOMEBODYS_MACHINE))


def test_no_file_is_heavy() -> None:
    """A clone over a museum's Wi-Fi stays quick: no file is over 400 KB."""
    heavy = [str(file.relative_to(ROOT)) for file in tree() if file.stat().st_size > FILE_BYTES_MAX]
    nothing(heavy)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_can_be_trusted_anywhere(lock: str) -> None:
    """Every pinned package has its hashes, and no line says where to fetch it from."""
    text = (ROOT / lock).read_text()
    pins = re.findall(r"^[a-z0-9-]+==[^\n]*\\\n(?=    --hash=sha256:[0-9a-f]{64})", text, re.MULTILINE)

    assert re.findall(r"^\S.*", text, re.MULTILINE) == [pin.rstrip("\n") for pin in pins]
    assert not re.search(r"://|file:|--find-links|--(extra-)?index-url|--trusted-host", text)


def test_developers_run_what_the_machine_runs() -> None:
    """The developers' lock has every pin of the run-time lock, at the same version."""
    pins = [set(re.findall(r"^\S+==\S+", (ROOT / lock).read_text(), re.MULTILINE)) for lock in LOCKS]
    assert pins[0]
    assert pins[0] <= pins[1]


# The tools


@pytest.mark.parametrize(
    "command",
    [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"], ["lint-imports"]],
    ids=["style", "form", "types", "imports"],
)
def test_the_linters_have_no_complaint(command: list[str]) -> None:
    """Style, form, strict types and who may import whom: what `make lint` checks, the tests prove."""
    done = subprocess.run([TOOLS / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this machine has no systemd-analyze")
def test_the_service_units_are_sound(tmp_path: Path) -> None:
    """systemd understands every line of the units, and the program they start is one this project installs."""
    assert (TOOLS / "minga").is_file()
    for unit in (ROOT / "systemd").glob("*.service"):
        (tmp_path / unit.name).write_text(unit.read_text().replace("/opt/minga/.venv/bin", str(TOOLS)))
    command = ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.glob("*.service")))]
    done = subprocess.run(command, capture_output=True, text=True)
    complaints = [line for line in done.stderr.splitlines() if "minga" in line]
    assert (done.returncode, complaints) == (0, []), done.stderr
