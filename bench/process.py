"""What the kernel knows of a running process: memory, wake-ups, processor time, bytes written."""

import os
import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Thread:
    """One thread's wake-ups and processor time since its start."""

    wakeups: int
    cpu_s: float


def threads(pid: int) -> dict[int, Thread]:
    """Every thread by its number. A wake-up is a context switch, wanted or not."""
    found = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread may end while it is looked at
            status = (task / "status").read_text()
            wakeups = sum(map(int, re.findall(r"ctxt_switches:\s*(\d+)", status)))
            found[int(task.name)] = Thread(wakeups, int((task / "schedstat").read_text().split()[0]) / 1e9)
    return found


def cpu_s(pid: int) -> float:
    """Processor time since the start, threads that ended included, to the kernel's tick (10 ms)."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int | str) -> float:
    return _kb(Path(f"/proc/{pid}/status"), "VmRSS") / 1_000


def peak_mb(pid: int | str) -> float:
    """The most memory it ever had."""
    return _kb(Path(f"/proc/{pid}/status"), "VmHWM") / 1_000


def pss_mb(pid: int) -> float:
    """Memory with what is shared divided among its users."""
    return _kb(Path(f"/proc/{pid}/smaps_rollup"), "Pss") / 1_000


def written_bytes(pid: int | str = "self") -> int:
    """Bytes this process has caused to be written to disks."""
    return _number(Path(f"/proc/{pid}/io"), r"^write_bytes: (\d+)")


def _kb(file: Path, name: str) -> int:
    return _number(file, rf"^{name}:\s+(\d+) kB") * 1_024 // 1_000


def _number(file: Path, pattern: str) -> int:
    found = re.search(pattern, file.read_text(), re.MULTILINE)
    assert found, f"{file} does not tell {pattern}"
    return int(found[1])


def free_port() -> int:
    """A loopback port nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
