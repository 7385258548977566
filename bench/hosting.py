"""What self-hosting saves: each hosted function against its baseline, and the proposer's side of a run with and without it.

The first part times both versions of each function on inputs like those of a run, and counts their ticks. The second drafts the
same number of proposals for the same targets, each time in a process of its own, with `QED_SELF=0` and without in turn, and takes
that process's own time; that both came to the same proposals is checked. No judge has a part in either.
"""

import argparse
import hashlib
import json
import os
import random
import statistics
import subprocess
import sys
import time
import timeit
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice, product
from pathlib import Path

from loop.fit import PRIME
from loop.hosting import baselines
from loop.hosting.hosted import HOST, SWITCH
from loop.hosting.pin import SPECS
from loop.proposal import Brief
from loop.proposers.symbolic import Symbolic
from loop.timing import STRIDE
from verify.interpreter import Interpreter
from verify.ir import Program
from verify.limits import DEFAULT
from verify.node_folder import node_from_folder
from verify.spec import Spec, to_candidate, to_specs
from verify.task import Version

ROOT = Path(__file__).resolve().parents[1]
LOOPS = 15
"""measurements of one input, of which the shortest counts"""


def inputs(name: str) -> Iterator[tuple[object, ...]]:
    """Yield inputs of a hosted function as they come up in a run: sizes of a small and of a large fit."""
    rng = random.Random(name)
    match name:
        case "reduced":
            for width in (6, 20, 60):
                for start in range(0, width, 1 + width // 12):
                    row = [rng.randrange(PRIME) for _ in range(width + 1)]
                    pivot = [0] * start + [rng.randrange(PRIME) for _ in range(width + 1 - start)]
                    yield row, pivot, rng.randrange(1, PRIME), PRIME, start
        case "telescoped":
            for modulus, degree in product((2, 4, 12), (1, 2, 3)):
                yield rng.randrange(30), rng.randrange(30), modulus, list(product(range(degree + 1), range(modulus)))
        case "radicands":
            for arms in (3, 12, 26):
                yield rng.randrange(64, 800), [rng.randrange(65536, 1 << 24) for _ in range(arms)]
        case "strided":
            for count in (10, 1_000, 100_000):
                yield count, STRIDE


def micro() -> dict[str, object]:
    """Measure each function: what the accepted version takes of the baseline's time and ticks, over all inputs."""
    found: dict[str, object] = {}
    for path in sorted(SPECS.glob("*.py")):
        for spec in to_specs(path.read_bytes(), path.name, DEFAULT):
            baseline = getattr(baselines, spec.name)
            running = HOST.running(baseline)
            if running.node is None:
                found[spec.name] = running.why
                continue
            points = list(inputs(spec.name))
            old, new = zip(*(best((baseline, running.function), p) for p in points), strict=True)
            programs = (spec.program, accepted(spec, running.node))
            before, after = ([Interpreter(program, DEFAULT).run(p).ticks for p in points] for program in programs)
            found[spec.name] = {
                "ns of the baseline": [round(1e9 * t) for t in (min(old), max(old))],
                "time": round(sum(new) / sum(old), 3),
                "least and most": [round(f(n / o for n, o in zip(new, old, strict=True)), 3) for f in (min, max)],
                "ticks": round(sum(after) / sum(before), 3),
            }  # fmt: skip
    return found


def accepted(spec: Spec, node: str) -> Program:
    content = node_from_folder(ROOT / "accepted" / node).content("program.py")
    return to_candidate(content, node, spec, DEFAULT)[1]


def best(functions: Sequence[Callable[..., object]], point: Sequence[object]) -> list[float]:
    """Return the seconds of one call of each function; they take turns, so that what else the machine does weighs on all."""
    timers = [timeit.Timer(partial(f, *point)) for f in functions]
    number = 1
    while timers[0].timeit(number) < 2e-3:
        number *= 2
    rounds = [[timer.timeit(number) / number for timer in timers] for _ in range(LOOPS)]
    return [min(times) for times in zip(*rounds, strict=True)]


def drafted(paths: Sequence[Path], each: int) -> tuple[float, str]:
    """Draft so many proposals for each target; return the processor seconds and a digest of the proposals."""
    begun, text, proposer = time.process_time(), hashlib.sha256(), Symbolic()
    for path in paths:
        for spec in to_specs(path.read_bytes(), path.name, DEFAULT):
            brief = Brief(spec, Version(spec.source, spec.program), (), 0, 0)
            for proposal in islice(proposer.propose(brief), each):
                text.update(proposal.digest.encode())
    return time.process_time() - begun, text.hexdigest()


def whole(arguments: Sequence[str], repeats: int) -> dict[str, object]:
    """Run with and without in turn; return the seconds, and the ratio of each pair."""
    taken: dict[str, list[float]] = {"0": [], "1": []}
    digests = set()
    for turn in range(repeats):
        for switch in ("0", "1") if turn % 2 == 0 else ("1", "0"):
            command = [sys.executable, __file__, "--child", *arguments]
            done = subprocess.run(command, env=os.environ | {SWITCH: switch}, capture_output=True, text=True, check=True)
            seconds, digest = json.loads(done.stdout)
            taken[switch].append(seconds)
            digests.add(digest)
    if len(digests) != 1:
        sys.exit("hosting: the proposals differ with and without")
    ratios = [b / a for a, b in zip(taken["0"], taken["1"], strict=True)]
    return {
        "seconds without": [round(s, 2) for s in taken["0"]],
        "seconds with": [round(s, 2) for s in taken["1"]],
        "ratio, median": round(statistics.median(ratios), 3),
        "least and most": [round(min(ratios), 3), round(max(ratios), 3)],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("specs", nargs="*", type=Path, metavar="SPEC", help="folders of targets; default: all of specs/")
    parser.add_argument("--each", type=int, default=3, help="proposals of each target")
    parser.add_argument("--repeats", type=int, default=5, help="pairs of runs")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    folders = given.specs or [ROOT / "specs"]
    paths = sorted({p for f in folders for p in (f.rglob("*.py") if f.is_dir() else [f])})
    if given.child:
        print(json.dumps(drafted(paths, given.each)))
        return
    print("load", " ".join(f"{x:.1f}" for x in os.getloadavg()), flush=True)
    print("functions:", json.dumps(micro(), indent=2), flush=True)
    own = ["--each", str(given.each), *map(str, folders)]
    print("proposer:", json.dumps(whole(own, given.repeats), indent=2))
    print("load", " ".join(f"{x:.1f}" for x in os.getloadavg()))


if __name__ == "__main__":
    main()
