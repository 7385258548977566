"""What becomes of a wrong lookup table: QED Loop, OpenEvolve and GEPA, given the same server, target and tests.

The scripted server answers every request with a table for popcount that is right on the six inputs of the tests and wrong on
all others. The peers judge by the tests and by how many lines a version executes on them; QED Loop is given the target alone.
Claims: QED Loop refuses each answer with a counterexample, and both peers keep a table as their best. Exit code 1 where one does
not hold.

GEPA is a dependency of QED Loop, OpenEvolve its extra `peers`; `--python` names an interpreter that has both, else an environment
is made for them.

    python bench/wrong_table.py [--iterations N] [--python FILE] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
import tomllib
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
PEERS = ROOT / "bench" / "peers"
SPEC = """from icontract import require

from verify import target


@target
@require(lambda x: 0 <= x < 2 ** 32)
{baseline}"""
BASELINE = """def popcount(x: int) -> int:
    count = 0
    for i in range(32):
        if (x >> i) & 1:
            count += 1
    return count
"""
TABLE = """def popcount(x: int) -> int:
    table = [0, 1, 1, 2, 1, 2, {wrong}]
    return table[min(x, 6)]
"""
DRAWN = 1_000
ROUNDS, REPAIRS = 2, 2


@dataclass(frozen=True)
class Outcome:
    """What one tool made of the answers; `best` is the program that it ended with, `wrong` its share of wrong results."""

    tool: str
    requests: int
    best: str
    wrong: float
    kept: bool
    seconds: float
    refusals: list[str] = field(default_factory=list)


def tables() -> Iterator[str]:
    """Yield wrong tables: the six tests right, everything else a number that no popcount is."""
    for k in range(1, 1_000):
        yield TABLE.format(wrong=-k)


@contextmanager
def served() -> Iterator[object]:
    """Serve a table for each request, each wrong in its own way, so that none is refused for having come before."""
    from tests.servers.scripted import Behaviour, serve  # noqa: PLC0415 - tests are no part of an installed package

    script = [Behaviour(text=f"```python\n{t}```\n", usage=200, prompt=2_000) for t in tables()]
    with serve(*script) as server:
        yield server


def wrong_share(text: str) -> float:
    """Return the share of drawn inputs on which a program gives what popcount is not; it is interpreted, not executed."""
    from verify.interpreter import Interpreter  # noqa: PLC0415 - after the path is set
    from verify.limits import DEFAULT  # noqa: PLC0415
    from verify.spec import to_candidate, to_specs  # noqa: PLC0415

    (spec,) = to_specs(SPEC.format(baseline=BASELINE).encode(), "popcount.py", DEFAULT)
    interpreter = Interpreter(to_candidate(text.encode(), "best.py", spec, DEFAULT)[1], DEFAULT)
    draw = random.Random(1)
    inputs = [draw.randrange(2**32) for _ in range(DRAWN)]
    return sum(interpreter.run((x,)).value != x.bit_count() for x in inputs) / DRAWN


def ours(place: Path) -> Outcome:
    """Let QED Loop run on the target with the server as its model."""
    spec, exchanges = place / "popcount.py", place / "exchanges.jsonl"
    spec.write_text(SPEC.format(baseline=BASELINE))
    begin = time.perf_counter()
    with served() as server:
        command = [
            sys.executable, "-m", "loop", "run", str(spec), "--proposer", "openai", "--model", "table", "--base-url", server.url,
            "--rounds", str(ROUNDS), "--repairs", str(REPAIRS), "--exchanges", str(exchanges), "--json",
            "--accepted", str(place / "accepted"),
        ]  # fmt: skip
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        requests = len(server.seen)
    if done.returncode != 0:
        raise SystemExit(f"qed run failed ({done.returncode}): {done.stderr[-2_000:]}")
    data = json.loads(done.stdout)
    lines = [json.loads(line) for line in exchanges.read_text().splitlines()]
    verdicts = [json.loads(line["result"]) for line in lines if line["kind"] == "tool" and line["name"] == "verdict"]
    refusals = [f"{v.get('reason', 'not refused')}: {v.get('message', '')}" for v in verdicts]
    (target,) = data["targets"]
    if data["rejected"] != requests or target["outcome"] == "baseline not accepted":
        raise SystemExit(f"{requests} answers, {data['rejected']} rejected: {done.stdout}")
    best = BASELINE if not target["improved"] else "(another)"
    return Outcome("QED Loop", requests, best, 0.0, target["improved"], time.perf_counter() - begin, refusals)


def peer(name: str, python: Path, place: Path, iterations: int) -> Outcome:
    """Let a peer run on the same target, with the tests as its fitness."""
    program = place / f"{name}.py"
    program.write_text(BASELINE)
    begin = time.perf_counter()
    with served() as server:
        driver, fitness = PEERS / f"drive_{name}.py", PEERS / "fitness.py"
        command = [str(python), str(driver), server.url, str(program), str(fitness), str(iterations)]
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
        requests = len(server.seen)
    if done.returncode != 0:
        raise SystemExit(f"{name} failed ({done.returncode}): {done.stderr[-3_000:]}")
    best = json.loads(done.stdout.strip().split("\n")[-1])["best"].strip() + "\n"
    kept = "table = [" in best
    return Outcome(name, requests, best, wrong_share(best), kept, time.perf_counter() - begin)


def interpreter(named: Path | None, place: Path) -> Path:
    """Return a Python that has the peers: the named one, or one of an environment that is made for them."""
    if named is not None:
        return named
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    peers = [*project["optional-dependencies"]["peers"], *(d for d in project["dependencies"] if d.startswith("gepa"))]
    venv.create(place / "venv", with_pip=True)
    python = place / "venv" / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *peers], check=True)
    return python


def show(outcomes: list[Outcome], versions: str) -> None:
    """Print what became of the tables, side by side."""
    table = Table(title="A table that is right on six inputs and wrong on all others")
    for head in ("", "answers", "refused with a counterexample", "kept as best", "wrong results of the best", "seconds"):
        table.add_column(head)
    for o in outcomes:
        refused = f"{sum(map(counterexample, o.refusals))} of {o.requests}" if o.refusals else "-"
        kept = "the wrong table" if o.kept else "the baseline"
        table.add_row(o.tool, str(o.requests), refused, kept, f"{100 * o.wrong:.1f} %", f"{o.seconds:.0f}")
    console = Console(width=130)
    console.print(table)
    console.print(versions)
    for refusal in outcomes[0].refusals[:1]:
        console.print(f"QED Loop, first refusal: {refusal}", markup=False)


def counterexample(refusal: str) -> bool:
    """Say whether a refusal rests on an input on which the candidate was run."""
    return refusal.startswith("WrongResult: ")


def main() -> int:
    """Run all three and say which claims hold."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--iterations", type=int, default=6, help="answers that each peer may ask for")
    parser.add_argument("--python", type=Path, help="an interpreter that has the peers")
    parser.add_argument("--json", type=Path, help="write the outcomes to this file")
    parser.add_argument("--only", choices=("qed", "openevolve", "gepa"), help="run one of them, to try it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wrong-table-") as folder:
        place = Path(folder)
        outcomes, versions = [], ""
        if options.only != "qed":
            python = interpreter(options.python, place)
            code = "from importlib.metadata import version as v; print('openevolve', v('openevolve') + ', gepa', v('gepa'))"
            versions = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True).stdout.strip()
        if options.only in (None, "qed"):
            outcomes.append(ours(place))
        peers = [name for name in ("openevolve", "gepa") if options.only in (None, name)]
        outcomes += [peer(name, python, place, options.iterations) for name in peers]
    show(outcomes, versions)
    if options.json:
        options.json.write_text(json.dumps([asdict(o) for o in outcomes], indent=1) + "\n")
    claims = [
        (f"{o.tool} keeps the wrong table as its best", o.kept and o.wrong == 1.0) if o.tool != "QED Loop" else
        ("QED Loop refuses each answer with a counterexample",
         not o.kept and len(o.refusals) == o.requests > 0 and all(map(counterexample, o.refusals)))
        for o in outcomes
    ]  # fmt: skip
    for claim, holds in claims:
        print(f"{'holds' if holds else 'DOES NOT HOLD'}: {claim}.")
    return 0 if all(holds for _, holds in claims) else 1


if __name__ == "__main__":
    raise SystemExit(main())
