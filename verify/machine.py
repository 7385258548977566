"""What this machine has room for.

Decides: nothing; it counts cores and memory.
"""

import os
from pathlib import Path
from typing import Final

SESSION_BYTES: Final = 1_700_000_000
"""memory that one Lean session is counted with; a pool replaces one that holds more"""


def fitting_sessions() -> int:
    """Return how many sessions the cores and the free memory allow; at least one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min([cores, *(free // SESSION_BYTES for free in _free_bytes())]))


def _free_bytes() -> list[int]:
    """Return the memory that the system has left, and what the control group has left, where either is known."""
    found = []
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        found += [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")]
        most, now = (Path(f"/sys/fs/cgroup/memory.{name}").read_text(encoding="ascii") for name in ("max", "current"))
        found.append(int(most) - int(now))
    except (OSError, ValueError):  # no such file, or a group without a limit
        pass
    return found
