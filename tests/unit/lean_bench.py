"""A Lean session for tests of the prover, started once a module."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from loop.bench import BenchLost
from verify.gates.kernel import Kernel
from verify.limits import DEFAULT
from verify.session import Session, SessionLost
from verify.standby import start_kernel
from verify.toolchain import Toolchain, ToolchainMissing, find

TRIANGLE = "def triangle : Nat → Nat\n  | 0 => 0\n  | n + 1 => triangle n + (n + 1)\n"
TAIL = "def tail : Nat → Nat → Nat\n  | 0, acc => acc\n  | n + 1, acc => tail n (acc + (n + 1))\n"


@dataclass
class Sessions:
    """Hands out one session at a time, and starts another one when it is asked to."""

    toolchain: Toolchain
    started: list[Session] = field(default_factory=list)
    kernel: Kernel | None = None
    base: int = 0

    def take(self) -> tuple[Kernel, int]:
        """Return the session that runs, or a new one."""
        if self.kernel is None or not self.started[-1].alive():
            return self.anew()
        return self.kernel, self.base

    def anew(self) -> tuple[Kernel, int]:
        """End the session and start another."""
        self.close()
        try:
            self.kernel = start_kernel(self.toolchain, replace(DEFAULT, lean_seconds=60))
        except SessionLost as lost:
            raise BenchLost(str(lost)) from lost
        self.base = self.kernel.library
        self.started.append(self.kernel.session)
        return self.kernel, self.base

    def kill(self) -> None:
        """Kill the process as nothing can be caught."""
        os.kill(self.started[-1].pid, signal.SIGKILL)

    def close(self) -> None:
        """End the session."""
        if self.started:
            self.started[-1].close()


def sessions() -> Iterator[Sessions]:
    """Yield sessions of the Lean that is there, or skip with the reason."""
    try:
        made = Sessions(find("auto"))
    except ToolchainMissing as missing:
        pytest.skip(str(missing))
    yield made
    made.close()
