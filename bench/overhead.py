"""What the loop costs without its judge: drafts screened a minute, and time and memory with few and with many archived.

The first part puts random edits of the baselines in specs/ through the cheap gates (language policy, novelty, runs). The second
fills a search and a journal with so many proposals, and then takes more, whose judge declines each at once; windows with few and
with many archived take turns, so that what else the machine does weighs on both.
"""

import argparse
import hashlib
import json
import os
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from loop.journal import Entry, Journal
from loop.normal import candidate_digest, normal_text
from loop.proposal import Brief
from loop.search.archive import Elite
from loop.search.cascade import Cascade, Dropped
from loop.search.novelty import MARK_BYTES, Seen
from loop.search.search import Outcome, Search
from loop.search.shape import GROWTHS
from loop.techniques.evolve import OPERATORS
from loop.techniques.study import Draft, Study
from verify.ir import Program
from verify.limits import DEFAULT
from verify.spec import Spec, to_candidate, to_specs
from verify.task import Version

TARGET = b"""from icontract import require
from verify import target


@target
@require(lambda n: n >= 0)
def f(n: int) -> int:
    total = 0
    for i in range(n):
        total += i
    return total
"""
WINDOW = 100
JUDGE = "0" * 64


def study(spec: Spec) -> Study:
    return Study(Brief(spec, Version(spec.source, spec.program), (), 0, 0), DEFAULT)


def resident() -> int:
    """Return the memory of this process, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


# -- screening ------------------------------------------------------------------------------------------------------------------


def edits(of: Study, count: int, seed: int) -> Iterator[Draft]:
    """Yield random edits of a baseline, each once, and no more than so many."""
    rng, seen = random.Random(f"{seed}/{of.spec.name}"), set[Program]()
    for _ in range(20 * count):
        made = rng.choice(list(OPERATORS.values()))(of.head, of.head, rng)
        if made is not None and made not in seen and len(seen) < count:
            seen.add(made)
            yield Draft(made, "an edit")


def screening(folder: Path, each: int, seed: int) -> dict[str, object]:
    """Screen edits of every target in a folder."""
    stages, wall, cpu = Counter[str](), 0.0, 0.0
    for path in sorted(folder.rglob("*.py")):
        for spec in to_specs(path.read_bytes(), path.name, DEFAULT):
            own = study(spec)
            cascade, drafts = Cascade(own, Seen(), "bench"), list(edits(own, each, seed))
            begun, used = time.perf_counter(), time.process_time()
            for draft in drafts:
                found = cascade.screen("edits", draft)
                stages[found.stage if isinstance(found, Dropped) else "passed"] += 1
            wall += time.perf_counter() - begun
            cpu += time.process_time() - used
    total = sum(stages.values())
    return {
        "drafts": total, "stages": dict(sorted(stages.items())), "a minute by the clock": round(60 * total / wall),
        "a minute of one core": round(60 * total / cpu),
    }  # fmt: skip


# -- overhead -------------------------------------------------------------------------------------------------------------------


class Loop:
    """A search and a journal that hold so many proposals."""

    def __init__(self, folder: Path, archived: int) -> None:
        before = resident()
        (self.spec,) = to_specs(TARGET, "bench.py", DEFAULT)
        self.search, self.journal = Search(), Journal(folder / f"{archived}.sqlite")
        self.archived, self._next, self._effort = archived, 0, 0
        self._take(1)  # so that the target has its trail
        trail = self.search._trails[self.spec.digest]  # noqa: SLF001 - the fill has no other door
        islands = self.search.learned.islands(self.spec.digest)
        rng = random.Random(archived)
        for i in range(archived):
            name = hashlib.sha256(f"{archived}/{i}".encode()).digest()
            text = f"def f(n: int) -> int:\n    return n * {i}\n"
            trail.seen.add(name[:MARK_BYTES])
            if i % 3 == 0:
                trail.seen.refuse(name[:MARK_BYTES])
            growth = rng.choice(GROWTHS)[0]
            islands.add(Elite(text, f"technique {i % 12}", growth, rng.randrange(1, 300), rng.randrange(1, 10**6)))
            self._append(name.hex(), text)
        self.bytes = resident() - before

    def _append(self, candidate: str, text: str) -> None:
        self.journal.append(Entry(
            target="f", spec=self.spec.digest, head="1" * 64, candidate=candidate, judge=JUDGE, verdict="decline",
            reason="ProofMissing", message="no proof was found.", gate="kernel", seconds=1.5, program=text,
        ))  # fmt: skip

    def drafts(self, _: Study) -> Iterator[Draft]:
        """Yield programs that are right, of several costs, and every third wrong."""
        for _i in range(self._count):
            k = self._next
            self._next += 1
            more = " + 0" * (k % 30) + f" + {k} - {k + (k % 3 == 0)}"
            yield Draft(f"def f(n: int) -> int:\n    return n * (n - 1) // 2{more}\n", "a draft")

    def _take(self, count: int) -> None:
        """Take so many drafts through a round."""
        self._count, spec = count, self.spec
        self._effort = 2 * self._effort + 1  # so that the technique is worth asking again
        self.search.begin(spec.digest)
        brief = Brief(spec, Version(spec.source, spec.program), (), 0, self._effort)
        own, outcomes = self.search.study(brief, DEFAULT), []
        for one in self.search.candidates(own, {"drafts": self.drafts}, "bench"):
            content = one.proposal.program
            source, _ = to_candidate(content, "bench", spec, DEFAULT)
            candidate = candidate_digest(spec.digest, normal_text(source, spec.name), b"")
            if self.journal.known(spec.digest, "1" * 64, candidate, JUDGE) is None:
                self._append(candidate, content.decode())
            outcomes.append(Outcome(
                target=spec.digest, proposal=one.proposal.digest, proposer="bench", verdict="decline", reason="ProofMissing",
                gate="kernel",
            ))  # fmt: skip
        self.search.finish(spec.digest, outcomes)

    def window(self) -> tuple[float, float]:
        """Return the milliseconds of one core, and by the clock, that one proposal took."""
        begun, used = time.perf_counter(), time.process_time()
        self._take(WINDOW)
        return 1000 * (time.process_time() - used) / WINDOW, 1000 * (time.perf_counter() - begun) / WINDOW


def overhead(sizes: list[int], windows: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        loops = [Loop(Path(folder), n) for n in sizes]
        taken = {n: list[tuple[float, float]]() for n in sizes}
        for _ in range(windows):
            for one in loops:
                taken[one.archived].append(one.window())
        found = {
            str(one.archived): {
                "ms of one core a proposal": round(statistics.median(c for c, _ in taken[one.archived]), 3),
                "ms by the clock": round(statistics.median(w for _, w in taken[one.archived]), 3),
                "MB": round(one.bytes / 2**20, 1),
                "state MB": round(len(json.dumps(one.search.to_data())) / 2**20, 3),
                "journal MB": round((Path(folder) / f"{one.archived}.sqlite").stat().st_size / 2**20, 1),
            }
            for one in loops
        }
        for one in loops:
            one.journal.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=60, help="edits of each target")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--windows", type=int, default=7, help=f"of {WINDOW} proposals each")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    print("load", " ".join(f"{x:.1f}" for x in os.getloadavg()), flush=True)
    print("screened:", json.dumps(screening(Path("specs"), given.each, given.seed), indent=2), flush=True)
    print("archived:", json.dumps(overhead(given.sizes, given.windows), indent=2))
    print("load", " ".join(f"{x:.1f}" for x in os.getloadavg()))


if __name__ == "__main__":
    main()
