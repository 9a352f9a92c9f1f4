"""What a process has used so far, as the system tells it (Linux)."""

import contextlib
from pathlib import Path

import psutil


def cpu_seconds(pid: int) -> float:
    """User and system time, of ended children too."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


def resident_mb(pid: int) -> float:
    """The resident memory now."""
    return _status_mb(pid, "VmRSS")


def peak_mb(pid: int) -> float:
    """The largest resident memory."""
    return _status_mb(pid, "VmHWM")


def forget_peak(pid: int) -> None:
    """The largest resident memory is what it is now; where the system does not let us, it stays."""
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def _status_mb(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))
