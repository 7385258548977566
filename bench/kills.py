"""Kills `qed run` with SIGKILL at random instants, and looks each time whether anything is broken or lost.

After each kill the graph must load, `python -m verify ci` must pass, and every node that the journal calls accepted, or that
was there before, must be there; and `ci --all` must have passed on just these nodes, now or after an earlier kill. A decline of
it, for want of time, is counted apart.
The next run goes on in the same folder, until one comes to its end with all targets where they are due; then a new folder is
begun. Half of the kills come at any instant of a run, the others within some milliseconds of a change in the graph's folder;
every fourth time two runs write to one folder and both are killed.

With `--judge stand-in` all of `qed run` is as it is but for the gates and the measured times: whatever is not marked wrong is
accepted at once, so that a run is mostly writing. Its certificates are as current as real ones, so that `ci` passes; `--all` has
no part in it.
Ends with 1 at the first thing that is broken or lost, and leaves the folder for whoever looks into it.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from loop.commands import run as command
from loop.commands.common import DECLINE
from loop.examine import Examination
from loop.executors.executor import Judge, Maker, Say
from loop.journal import Journal, admitted, journal_path
from loop.proposal import Proposal
from loop.recording import Entry, to_line
from verify.canonical import digest_bytes
from verify.certificate import Certificate, implementation_digest, limit_pairs, spec_digest, trusted_pairs
from verify.environment import solver, trusted_files
from verify.graph import Graph, head, load
from verify.graph_folder import TEMPORARY
from verify.limits import DEFAULT
from verify.node import Node
from verify.proof import Proof
from verify.reasons import WrongResult
from verify.task import Task
from verify.ticks import DIGEST
from verify.toolchain import find
from verify.verdict import Accept, Verdict, to_verdict

ROOT: Final = Path(__file__).resolve().parent.parent
AIMED_SECONDS: Final = 0.012
"""how long after a change in the graph's folder a kill that is aimed comes at most"""
PAIRS: Final = 4
"""every so many kills are of two runs at once"""
RUN_SECONDS: Final = 900
WRONG: Final = b"4097"
"""what stands in a candidate that the stand-in refuses"""
SPEC: Final = """from icontract import ensure, require
from verify import target


@target
@ensure(lambda n, result: result == 2 * n + {k})
def {name}(n: int) -> int:
    first = n + {k} + 1
    second = first + n
    third = second - 1
    return third
"""


class StandIn:
    """Accepts what is not marked wrong, with a certificate of the judge as it is now."""

    def __init__(self) -> None:
        self.lean, self.trusted = find("auto"), trusted_pairs(trusted_files(ROOT))

    def examine(self, task: Task, **_: object) -> Examination:
        if WRONG in task.judged.source.content:
            reason = WrongResult(what="it is marked wrong.", arguments=(3,), got="9", due="3", parameters=("n",))
            return Examination(to_verdict(reason, "examples", ()))
        name, order = task.spec.name, "always" if task.new else None
        proof = Proof(order, 0, (), (), "theorem accepted : Statement := by omega\n")
        certificate = Certificate(
            spec=spec_digest(task.spec.source.content, name),
            implementation=implementation_digest(task.judged.source.content, name),
            old=implementation_digest(task.old.source.content, name) if task.new else None,
            statement=digest_bytes(b"Statement"), proof=proof.digest, ticks=DIGEST, limits=limit_pairs(DEFAULT.as_data()),
            trusted=self.trusted, solver=solver(), lean_version=self.lean.version, lean_kind=self.lean.kind,
            lean_library=self.lean.digest, tier="kernel", order=order, slack=0, old_nanoseconds=None, new_nanoseconds=None,
            old_cost="6", new_cost="5", recheck="python -m verify ci --all",
        )  # fmt: skip
        return Examination(Accept(certificate, ()), proof, "Statement", order)

    @staticmethod
    def again(_: Graph, node: Node) -> Verdict:
        """Accept a node once more, as it says."""
        if node.certificate is None:
            raise TypeError("a spec is not judged")
        return Accept(node.certificate, ())


@dataclass(slots=True)
class Field:
    """A folder with specs and a recording, and one graph folder after the other."""

    place: Path
    stand_in: bool
    finals: dict[str, bytes]
    """the candidate that each target ends at"""
    rng: random.Random
    counts: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)
    proved: set[frozenset[str]] = field(default_factory=set)
    """graphs that `ci --all` passed: a node's name is the digest of all its bytes, which `ci` compares each time"""
    number: int = 0
    seconds: float = 0.0
    """of a run that nobody killed"""

    @property
    def graph(self) -> Path:
        """The graph's folder."""
        return self.place / f"graph-{self.number}" / "accepted"

    def command(self) -> list[str]:
        """Return the command of a run."""
        arguments = [str(self.place / "specs"), "--proposer", f"replay:{self.place / 'recording'}", "--rounds", "1",
                     "--accepted", str(self.graph)]  # fmt: skip
        return [sys.executable, str(Path(__file__).resolve()), "--child", *arguments] if self.stand_in else [
            sys.executable, "-m", "loop", "run", *arguments,
        ]  # fmt: skip

    def start(self) -> subprocess.Popen[bytes]:
        """Start a run in a process group of its own."""
        self.graph.parent.mkdir(exist_ok=True)
        with (self.place / "output").open("ab") as out:
            return subprocess.Popen(self.command(), cwd=ROOT, stdout=out, stderr=out, start_new_session=True)

    def complete(self) -> None:
        """Have a run come to its end, look at what it left, and begin a new folder."""
        begun = time.monotonic()
        code = self.start().wait(RUN_SECONDS)
        self.seconds = self.seconds or time.monotonic() - begun
        self.finish(code)

    def finish(self, code: int) -> None:
        """Look at what a run that ended by itself left, and begin a new folder."""
        if code != 0:
            raise self.broken(f"a run ended with {code}; {self.place / 'output'} has what it said")
        graph = self.check()
        tops = {n.target: head(graph, n.id) for n in graph.nodes.values() if n.kind == "spec"}
        found = {target: top.content("program.py") for target, top in tops.items() if top is not None}
        if found != self.finals:
            raise self.broken(f"the heads are those of {sorted(found)}, and not all where they are due")
        self.counts["runs that came to their end"] += 1
        shutil.rmtree(self.graph.parent)
        self.number += 1
        self.seen.clear()

    def kill(self) -> None:
        """Start a run, or two, and kill at some instant, unless they end before that."""
        runs = [self.start() for _ in range(2 if self.rng.randrange(PAIRS) == 0 else 1)]
        if self.rng.randrange(2):
            _wait(runs, self.rng.uniform(0, self.seconds))
        else:
            self.wait_for_change(runs)
        codes = [r.poll() for r in runs]
        for r in runs:
            if r.returncode is None:
                os.killpg(r.pid, signal.SIGKILL)
                r.wait()
        if None not in codes:
            return self.finish(max(c for c in codes if c is not None))
        self.counts["kills"] += 1
        self.counts["of two runs at once"] += len(runs) > 1
        names = [p.name for p in self.graph.iterdir()] if self.graph.exists() else []
        self.counts["that left a half-written node"] += any(n.startswith(TEMPORARY) for n in names)
        if (journal := journal_path(self.graph)).exists():
            self.counts["that left the journal's log behind"] += journal.with_name(journal.name + "-wal").exists()
            if broken := Journal(journal).broken():
                raise self.broken(f"the journal's chain is broken: {broken}")
        self.check()
        return None

    def wait_for_change(self, runs: Sequence[subprocess.Popen[bytes]]) -> None:
        """Wait for one of the next changes in the graph's folder, and some milliseconds more."""
        left, before = self.rng.randrange(1, 5), self.names()
        end = time.monotonic() + 2 * self.seconds
        while left and time.monotonic() < end and any(r.poll() is None for r in runs):
            if (now := self.names()) != before:
                left, before = left - 1, now
            time.sleep(0.0003)
        time.sleep(self.rng.uniform(0, AIMED_SECONDS) if self.rng.randrange(3) else 0)

    def names(self) -> list[str]:
        """Return what stands in the graph's folder."""
        try:
            return sorted(p.name for p in self.graph.iterdir())
        except OSError:
            return []

    def check(self) -> Graph:
        """Look whether the graph is whole, and holds all that was ever reported."""
        graph = load(self.graph)
        if not isinstance(graph, Graph):
            raise self.broken(f"the graph does not load: {graph}")
        reported = set(admitted(journal_path(self.graph)))
        for known, said in ((reported, "the journal had reported it"), (self.seen, "it was there before")):
            if gone := sorted(known - graph.nodes.keys()):
                raise self.broken(f"{gone[0]} is gone, and {said}")
        self.counts["acceptances that were reported"] += len(reported - self.seen)
        self.seen = set(graph.nodes)
        if self.graph.exists():
            self.ci()
            if (names := frozenset(self.seen)) in self.proved:
                self.counts["graphs that ci --all had passed before, by the same names"] += 1
            elif names and not self.stand_in and self.ci("--all"):
                self.proved.add(names)
        return graph

    def ci(self, *options: str) -> bool:
        """Have `ci` judge the graph; return whether it passed, and did not decline."""
        line = [sys.executable, "-m", "verify", "ci", "--accepted", str(self.graph), *options]
        done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
        if options and done.returncode == DECLINE:
            self.counts["declines of ci --all"] += 1  # says nothing of the graph, and is no pass
            return False
        if done.returncode != 0:
            raise self.broken(f"{' '.join(line[2:])} ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        self.counts["passes of ci" + " --all" * bool(options)] += 1
        return True

    def broken(self, what: str) -> SystemExit:
        """Return what ends everything."""
        return SystemExit(f"BROKEN after {self.counts['kills']} kills, in {self.graph.parent}: {what}")


def _wait(runs: Sequence[subprocess.Popen[bytes]], seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and any(r.poll() is None for r in runs):
        time.sleep(min(0.002, max(0.0, end - time.monotonic())))


def prepare(place: Path, *, targets: int, steps: int) -> dict[str, bytes]:
    """Write specs and a recording of right and wrong candidates, each right one cheaper than the last; return the last ones."""
    (place / "specs").mkdir(parents=True)
    lines, finals = [], {}
    for k in range(targets):
        name = f"twice_and_{k}"
        (place / "specs" / f"{name}.py").write_text(SPEC.format(name=name, k=k))
        programs = list(_programs(name, k, steps))
        lines += [to_line(Entry(0, Proposal(name, p, b"", "bench"))) for p in programs]
        finals[name] = programs[-1]
    (place / "recording").write_bytes(b"".join(lines))
    return finals


def _programs(name: str, k: int, steps: int) -> Iterator[bytes]:
    """Yield a wrong candidate and then right ones; the last ones are cheaper for Lean, too."""
    yield f"def {name}(n: int) -> int:\n    return n + n + {k} + {WRONG.decode()}\n".encode()
    for i in range(steps):
        yield f"def {name}(n: int) -> int:\n    m = n + n + {k + i}\n    return m - {i}\n".encode()
    yield f"def {name}(n: int) -> int:\n    return n + n + {k}\n".encode()


def main() -> int:
    """Kill, look, and say what was counted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--judge", choices=("lean", "stand-in"), default="lean")
    parser.add_argument("--targets", type=int, default=2)
    parser.add_argument("--steps", type=int, default=None, help="right candidates of a target, but for the last one")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so many seconds")
    options = parser.parse_args()
    begun = time.monotonic()
    place = Path(tempfile.mkdtemp(prefix="qed-kills-"))
    stand_in = options.judge == "stand-in"
    steps = options.steps if options.steps is not None else 5 if stand_in else 1
    finals = prepare(place, targets=options.targets, steps=steps)
    field_ = Field(place, stand_in, finals, random.Random(options.seed))
    field_.complete()
    while field_.counts["kills"] < options.kills and time.monotonic() - begun < options.seconds:
        before = field_.counts["kills"]
        field_.kill()
        kills = field_.counts["kills"]
        if kills > before and kills % 25 == 0:
            print(f"{kills} kills, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    field_.complete()
    shutil.rmtree(place)
    seconds = round(time.monotonic() - begun, 1)
    print(json.dumps({**field_.counts, "seed": options.seed, "judge": options.judge, "seconds": seconds}, indent=2))
    return 0


def stand_in(_: Say) -> Judge:
    """Make the stand-in, in a worker."""
    return StandIn()


def child(arguments: Sequence[str]) -> int:
    """Be `qed run`, or `qed resume`, with the stand-in for the gates."""

    def maker(*_: object) -> Maker:
        return stand_in

    def again(graph: Graph, node: Node) -> Verdict:
        return StandIn.again(graph, node)

    command.judge_maker = maker  # in a process of its own
    command.timings_of = lambda _: ()
    command.proving_again = lambda _: again
    from loop.cli import app  # noqa: PLC0415 - after the change

    app(list(arguments) if arguments[:1] == ["resume"] else ["run", *arguments])
    return 0


if __name__ == "__main__":
    sys.exit(child(sys.argv[2:]) if sys.argv[1:2] == ["--child"] else main())
