"""Soak of the session pool: mixed checks with known outcomes, in blocks that alternate with the same checks in a bare loop.

The bare loop holds as many sessions as the pool, elaborates the same texts in them, and does nothing else: no allow-list, no
recycling, no retry; texts that would end its sessions are left out of it. Ends with 1 on the first check whose outcome is not the
one that is due.
"""

import argparse
import os
import random
import resource
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path
from typing import Final, TypeAlias

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from verify.gates.kernel import Kernel
from verify.limits import DEFAULT, Limits
from verify.machine import fitting_sessions
from verify.pipe import resident_bytes
from verify.pool import DEFAULT_RULES, Pool, PoolRules
from verify.reasons import ProofForbidden, Reason, TimedOut, TooLarge, ToolBroken
from verify.session import DEFAULT_LIMITS
from verify.standby import start_kernel
from verify.toolchain import Toolchain, find

Outcome: TypeAlias = str
"""`proved`, `failed`, or the class of a Reason"""
PROVED: Final = "proved"
FAILED: Final = "failed"
DECLINED: Final = TimedOut.__name__
SMALL: Final = replace(DEFAULT, lean_heartbeats=2_000)
SHORT: Final = replace(DEFAULT, lean_seconds=1)
OUTPUT_BYTES: Final = 1 << 20
KILL_WITHIN: Final = 0.08
"""seconds from the start of a check to the SIGKILL of its session: some come after the check, when the session is idle"""

HONEST: Final = (
    "theorem t (n : Nat) (h : {a} < n) : {a} + 1 ≤ n := by omega",
    "theorem t (x y : Int) (h : x + {a} < y) : x < y - {a} := by omega",
    "theorem t (x y : Int) (h : {a} * x = {a} * y) : x = y := by omega",
    "theorem t (p q : Prop) (h : p ∧ q) : q ∧ p := ⟨h.2, h.1⟩",
    "theorem t : {a} * {b} = {ab} := by decide",
    "theorem t (xs ys : List Int) : (xs ++ {a} :: ys).length = xs.length + ys.length + 1 := by simp; omega",
    "theorem t (n : Nat) : n * ({a} + n) = n * n + {a} * n := by grind",
    "theorem t (x y : Int) : (x + {a}) * (x + y) = x * x + x * y + {a} * x + {a} * y := by grind",
    "def f : Nat → Nat\n  | 0 => {a}\n  | n + 1 => f n + (2 * n + {b})",
    "def f (x y : Int) : Int := if x < y then f (x + 1) y + {a} else {b}\ntermination_by (y - x).toNat\ndecreasing_by omega",
    "theorem t (n : Nat) : {a} ≤ {a} + n := by\n  induction n with\n  | zero => simp\n  | succ n ih => omega",
    "theorem t (f : Nat → Nat) (h : ∀ x, f x = x + {a}) : f {b} = {a} + {b} := (h {b}).trans (by omega)",
)
FAILING: Final = (
    "theorem t (n : Nat) (h : {a} < n) : {a} + 2 ≤ n := by omega",
    "theorem t (x y : Int) (h : x * y = {a}) : x = {a} := by grind",
    "theorem t : {a} * {b} = {ab} + 1 := by decide",
    "theorem t (p q : Prop) (h : p ∨ q) : p ∧ q := ⟨h, h⟩",
    "theorem t (n : Nat) : n + {a} = n := by simp",
    "theorem t (n : Nat) : n = {a} := by exact missing_{b} n",
    "theorem t (n : Nat) : n = n + {a} := by\n  induction n with\n  | zero => rfl\n  | succ n ih => exact ih",
    "def f (n : Nat) : Nat := f (n + {a})",
)
FORBIDDEN: Final = (
    "theorem t : 1 = 2 := by native_decide",
    "theorem t : 1 = 2 := sorry",
    "#eval {a}",
    "set_option maxHeartbeats {a} in\ntheorem t : {a} = {a} := rfl",
    "theorem t : {a} = {b} := by trace_state",
    "theorem t : {a} = {b} := IO.t",
)
SLOW: Final = """theorem t (f : Nat → Nat)
    (h : ∀ x y, f (x + y) = f x * f (y + 1) + f (f x)) (a b c : Nat) : f (a + b + c) = {a} := by
  grind (instances := 100000) (ematch := 1000) (gen := 1000)"""
BOMBS: Final = (
    "theorem t : ∀ x : Fin {a}000, x.val < {a}000 := by decide",
    "theorem t : (List.range {a}000).length = {a}000 := by decide",
    "theorem t : 2 ^ (2 ^ 24) > {a} := by decide",
    "theorem t (f : Nat → Nat → Nat) (h : ∀ x y, f x y = f y x + f x x) : f {a} {b} = 0 := by simp [h]",
    "theorem t : {a} = {b} + {a} + 1 := by\n  repeat skip",
)
POISON: Final = ("theorem t : " + "¬" * 20_000 + "True := by simp", "theorem t : " + "∀ x : Nat, " * 5_000 + "True := by simp")
NESTED: Final = "theorem t : " + "(" * 4000 + "{a}" + ")" * 4000 + " = {a} := rfl"
PRINTER: Final = """def big : Nat → String → String
  | 0, s => s
  | n + 1, s => big n (s ++ s)
#eval IO.FS.writeFile "/dev/stderr" (big 16 "a line that goes to the process's stderr\\n")"""


@dataclass(frozen=True)
class Kind:
    """One kind of check: its texts, what is due, and how it is made."""

    name: str
    share: float
    texts: tuple[str, ...]
    due: Outcome | tuple[Outcome, ...]
    limits: Limits = DEFAULT
    gated: bool = True
    """through `Kernel.attempt`; else the text goes to the session as it is, as if every control before Lean had failed"""
    killed: bool = False
    bare: bool = True
    """whether the bare loop can do it too"""


FLOOD: Final = "theorem t (x : Nat) : " + " ∧ ".join(f"x = {i}" for i in range(60)) + " := by\n  refine ⟨" + "?_, " * 59 + "?_⟩"
KINDS: Final = (
    Kind("honest", 0.60, HONEST, PROVED),
    Kind("failing", 0.22, FAILING, FAILED),
    Kind("bomb", 0.08, BOMBS, FAILED, SMALL),
    Kind("heartbeats", 0.03, (SLOW,), FAILED, SMALL),
    Kind("messages", 0.01, (FLOOD,), FAILED),
    Kind("forbidden", 0.05, FORBIDDEN, ProofForbidden.__name__, bare=False),
    Kind("nested", 0.01, (NESTED,), TooLarge.__name__, bare=False),
)
LOSSES: Final = (
    Kind("poison", 0.2, POISON, DECLINED, bare=False),
    # where the stack ends inside a thread's entry, the loss cannot be told from an exit of Lean, and is made once more
    Kind("nested raw", 0.2, (NESTED,), (DECLINED, ToolBroken.__name__), gated=False, bare=False),
    Kind("killed", 0.4, HONEST, PROVED, killed=True, bare=False),
    Kind("time", 0.1, (SLOW,), DECLINED, SHORT, bare=False),
    Kind("output", 0.1, (PRINTER,), DECLINED, gated=False, bare=False),
)
"""what costs a session; their shares are parts of --losses"""


@dataclass(frozen=True)
class Check:
    """One check: a kind, its text, and when its session is killed (seconds from its start)."""

    kind: Kind
    text: str
    kill: float


class Wrong(Exception):  # noqa: N818 - an outcome
    """A check had another outcome than the one that is due."""


@dataclass
class Timing:
    """Checks that both loops do, and the seconds of clock and of processor that each loop took for its blocks."""

    shared: int = 0
    pool: float = 0.0
    bare: float = 0.0
    pool_cpu: float = 0.0
    bare_cpu: float = 0.0

    def ratio(self) -> str:
        """Return the pool's throughput over that of the bare loop, by the clock and by processor time."""
        if not self.pool:
            return "none yet"
        return f"{self.bare / self.pool:.2f} by the clock, {self.bare_cpu / self.pool_cpu:.2f} by processor time"

    def add(self, other: "Timing") -> "Timing":
        """Return both together."""
        return Timing(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


@dataclass
class Tally:
    """What was counted, by kind."""

    right: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, kind: str, seconds: float) -> None:
        """Count one right check."""
        with self.lock:
            self.right[kind] += 1
            self.seconds[kind] += seconds  # type: ignore[assignment]  # a Counter adds floats just as well


def make_check(kind: Kind, chance: random.Random) -> Check:
    """Return a check of a kind with numbers of its own."""
    a, b = chance.randint(100, 999), chance.randint(100, 999)
    text = chance.choice(kind.texts)
    for name, value in (("{ab}", a * b), ("{a}", a), ("{b}", b)):
        text = text.replace(name, str(value))
    return Check(kind, text, chance.uniform(0, KILL_WITHIN))


def in_turn(kinds: tuple[Kind, ...]) -> Iterator[Kind]:
    """Yield kinds for ever, each as often as its share says, and as evenly as that goes."""
    owed = dict.fromkeys(range(len(kinds)), 0.0)
    while True:
        for i, kind in enumerate(kinds):
            owed[i] += kind.share
        most = max(owed, key=lambda i: owed[i])
        owed[most] -= 1
        yield kinds[most]


def make_block(size: int, losses: list[Kind], chance: random.Random) -> list[Check]:
    """Return a block in random order; losses come in its first three quarters, so that what they cost falls into it."""
    kinds = chance.choices(KINDS, [k.share for k in KINDS], k=size - len(losses))
    block = [make_check(kind, chance) for kind in kinds]
    for kind in losses:
        block.insert(chance.randrange(3 * size // 4), make_check(kind, chance))
    return block


def request(check: Check) -> Callable[[Kernel], Outcome | Reason]:
    """Return a check as a request; its session is killed once, not again when the check is made once more."""
    to_kill = [check.kill] if check.kind.killed else []

    def run(kernel: Kernel) -> Outcome | Reason:
        while to_kill:
            threading.Timer(to_kill.pop(), kernel.session.interrupt).start()
        env = kernel._library  # noqa: SLF001 - small texts need no statement below them
        if not check.kind.gated:
            return FAILED if kernel.session.elaborate(env, check.text, keep=False).errors else PROVED
        done = kernel.attempt(env, check.text)
        if isinstance(done, Reason):
            return done
        if done.env is not None:
            kernel.forget(done.env)
        return FAILED if done.errors else PROVED

    return run


def judge(check: Check, outcome: Outcome | Reason) -> None:
    """Raise Wrong unless the outcome is the one that is due."""
    got = type(outcome).__name__ if isinstance(outcome, Reason) else outcome
    due = check.kind.due if isinstance(check.kind.due, tuple) else (check.kind.due,)
    if got not in due:
        said = str(outcome)[:300]
        raise Wrong(f"{check.kind.name}: {' or '.join(due)} is due, {got} came ({said}) for: {check.text[:300]}")


def in_threads(workers: list[Callable[[Check], None]], checks: list[Check]) -> float:
    """Do checks in one thread a worker, and return the seconds. Raises what a worker raised first."""
    source: Iterator[Check] = iter(checks)
    lock = threading.Lock()
    stop = threading.Event()

    def loop(worker: Callable[[Check], None]) -> None:
        while not stop.is_set():
            with lock:
                check = next(source, None)
            if check is None:
                return
            worker(check)

    begun = time.perf_counter()
    with ThreadPoolExecutor(len(workers)) as threads:
        running = [threads.submit(loop, worker) for worker in workers]
        try:
            done, _ = wait(running, return_when=FIRST_EXCEPTION)
        finally:
            stop.set()
        for future in done:
            future.result()
    return time.perf_counter() - begun


class Soak:
    """One run: a pool and as many bare sessions."""

    def __init__(self, toolchain: Toolchain, sessions: int, rules: PoolRules) -> None:
        self.tally, self.rules = Tally(), rules
        self.pool = Pool(toolchain, DEFAULT, sessions, rules)
        self.bare: list[Kernel] = []
        try:
            self.pool.wait()
            for _ in range(sessions):
                self.bare.append(start_kernel(toolchain, DEFAULT))
        except BaseException:
            self.close()
            raise
        self.bare_begin = [resident_bytes(k.session.pid) for k in self.bare]

    def close(self) -> None:
        """End all processes."""
        self.pool.close()
        for kernel in self.bare:
            kernel.session.close()

    def in_pool(self, check: Check) -> None:
        """Do a check in the pool. Raises Wrong."""
        begun = time.perf_counter()
        judge(check, self.pool.run(request(check), check.kind.limits))
        self.tally.add(check.kind.name, time.perf_counter() - begun)

    def in_bare(self, kernel: Kernel) -> Callable[[Check], None]:
        """Return the bare loop's way of doing a check."""

        def run(check: Check) -> None:
            kernel.limits = check.kind.limits
            wrapped = kernel._wrapped(check.text)  # noqa: SLF001 - the same text, heartbeats included
            done = kernel.session.elaborate(kernel._library, wrapped, keep=False)  # noqa: SLF001 - as above
            judge(check, FAILED if done.errors else PROVED)

        return run

    def block(self, checks: list[Check], timing: Timing) -> None:
        """Do one block in the pool, until all its sessions are back, and what can be done of it in the bare loop."""
        begun, cpu = time.perf_counter(), self.cpu()
        in_threads([self.in_pool] * self.pool.sessions, checks)
        if not self.pool.wait():
            raise Wrong("a session of the pool could not be started again")
        timing.pool += time.perf_counter() - begun
        timing.pool_cpu += self.cpu() - cpu
        shared, cpu = [c for c in checks if c.kind.bare], self.cpu()
        timing.bare += in_threads([self.in_bare(k) for k in self.bare], shared)
        timing.bare_cpu += self.cpu() - cpu
        timing.shared += len(shared)

    def cpu(self) -> float:
        """Return the seconds of processor time of this process and of all that it started, running or ended."""
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        seconds = sum(u.ru_utime + u.ru_stime for u in used)
        for pid in (*self.pool.pids(), *(k.session.pid for k in self.bare)):
            user, system = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[11:13]
            seconds += (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
        return seconds

    def check_memory(self) -> None:
        """Raise Wrong where a session holds more memory than the pool lets it have between two checks."""
        if any(resident_bytes(pid) > self.rules.memory_bytes for pid in self.pool.pids()):
            raise Wrong("a session holds more memory than the threshold at which it is replaced")

    def report(self, smooth: Timing, rough: Timing) -> list[str]:
        """Return the summary, line by line."""
        pool, counts, mb = self.pool, self.pool.counts, 1_000_000
        lines = [f"{'kind':<12}{'right':>8}{'ms each':>10}"]
        for kind in (*KINDS, *LOSSES):
            n = self.tally.right[kind.name]
            lines.append(f"{kind.name:<12}{n:>8}{1000 * self.tally.seconds[kind.name] / max(1, n):>10.1f}")
        final = ", ".join(str(resident_bytes(pid) // mb) for pid in pool.pids())
        bare = ", ".join(
            f"{before // mb} -> {resident_bytes(k.session.pid) // mb}"
            for before, k in zip(self.bare_begin, self.bare, strict=True)
        )
        both = smooth.add(rough)
        lines.append(f"checks {self.tally.right.total()}: all right; the bare loop did {both.shared} of them")
        lines.append(
            f"sessions {pool.sessions}: started {counts['started']}, lost {counts['lost']}, recycled {counts['recycled']},"
            f" requests made again {counts['retried']}"
        )
        lines.append(
            f"resident MB a session: peak {pool.peak_bytes // mb}, final {final}, replaced above {self.rules.memory_bytes // mb};"
            f" bare, never replaced: {bare}"
        )
        lines.append(
            f"pool {self.tally.right.total() / both.pool:.1f} checks/s, bare loop {both.shared / both.bare:.1f} checks/s"
        )
        lines.append(
            "throughput of the pool over that of the bare loop, on the checks that both do: in blocks without losses"
            f" {smooth.ratio()}; in blocks with them {rough.ratio()}; in all {both.ratio()}"
        )
        return lines


def main() -> int:
    """Run the soak and return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checks", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sessions", type=int, default=fitting_sessions())
    parser.add_argument("--block", type=int, default=500, help="checks between a change of loops")
    parser.add_argument("--losses", type=float, default=0.001, help="share of checks that cost a session")
    parser.add_argument("--recycle", type=int, default=DEFAULT_RULES.checks, help="checks after which a session is replaced")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    rules = replace(DEFAULT_RULES, checks=options.recycle, uses=replace(DEFAULT_LIMITS, output_bytes=OUTPUT_BYTES))
    smooth, rough, turn = Timing(), Timing(), in_turn(LOSSES)
    soak = Soak(find("auto"), options.sessions, rules)
    try:
        left, number, owed = options.checks, 0, 0.0
        while left > 0:
            size, number = min(options.block, left), number + 1
            owed += options.losses * size
            losses = int(owed) if number % 2 == 0 or left == size else 0
            owed -= losses
            soak.block(make_block(size, [next(turn) for _ in range(losses)], chance), rough if losses else smooth)
            left -= size
            print(f"{options.checks - left} of {options.checks}: smooth {smooth.ratio()}; rough {rough.ratio()}", flush=True)
        print("\n".join(soak.report(smooth, rough)))
        soak.check_memory()
    except Wrong as wrong:
        print(f"WRONG: {wrong}")
        return 1
    finally:
        soak.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
