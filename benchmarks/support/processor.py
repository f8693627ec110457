"""Who uses the processors while something is measured: CPU time by kind of process."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil


@dataclass
class Used:
    """Seconds of CPU by name, filled in when the block ends; `idle_share` is the machine's."""

    seconds: dict[str, float] = field(default_factory=dict)
    idle_share: float = 0.0


@contextmanager
def watched(kinds: Mapping[str, psutil.Process]) -> Iterator[Used]:
    """Count what each process and its children, as they are at the end, use during the block."""
    used = Used()
    before = {name: _seconds(_family(process)) for name, process in kinds.items()}
    idle, began = _idle(), time.perf_counter()
    yield used
    lasted = (time.perf_counter() - began) * (psutil.cpu_count() or 1)
    used.idle_share = (_idle() - idle) / lasted
    for name, process in kinds.items():
        after = _seconds(_family(process))
        used.seconds[name] = sum(
            seconds - before[name].get(pid, 0.0) for pid, seconds in after.items()
        )


def _idle() -> float:
    """Return the seconds that processors had nothing to do, or only to wait for a disk."""
    times = psutil.cpu_times()
    return float(times.idle + getattr(times, "iowait", 0.0))


def _family(process: psutil.Process) -> Sequence[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _seconds(family: Sequence[psutil.Process]) -> dict[int, float]:
    found = {}
    for process in family:
        times = process.cpu_times()
        found[process.pid] = times.user + times.system
    return found
