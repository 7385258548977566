"""Mutants of right candidates, judged by every gate: none that differs from the original may be accepted.

The originals are the accepted versions of the shipped specs and their baselines. Each mutant is judged against the version that
its original supersedes (a baseline's mutant against the baseline): by the policy, the examples and the smt gate, and what passes
those by the whole examiner, as `qed check` does, with the lemmas of the original's stored proof. What is accepted is then run
against the old version on many allowed inputs, in the interpreter with its ticks and in CPython. Mutants that say the same as one
before, or as an original, up to names and layout are dropped first.

Judgements are kept in a JSON lines file, so that a run goes on where the last one with the same seed and judge ended. Exit code
1 where an accepted mutant differs from its original in result or breaks its order of cost.

    python bench/mutants.py [--count N] [--seed S] [--seconds S] [--file FILE] [--search-seconds S] [SPEC ...]
"""

from __future__ import annotations

import argparse
import ast
import itertools
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.mutation import mutant
from loop import examine
from loop.examine import Examiner
from loop.journal import judge_digest
from loop.keep import standing
from loop.normal import normal_text
from loop.observe import inputs
from verify.canonical import digest
from verify.counterexample import same
from verify.functions import decorator_name
from verify.gates.inputs import Domain, Input, in_program, mined
from verify.graph import Graph, load
from verify.interpreter import Interpreter, OutOfFuel
from verify.judge import Screened, screen, version_of
from verify.limits import DEFAULT
from verify.node import tier_of
from verify.proof import PROOF_FILE, split
from verify.python_run import EXHAUSTED, run_batch
from verify.reasons import Refusal
from verify.source import to_source
from verify.spec import Spec, to_candidate, to_specs
from verify.task import Task, Version
from verify.verdict import Accept, to_verdict

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 200
"""mutants in a row that say nothing new, after which an original is taken to be used up"""
BATCH = 100
"""inputs that one CPython child is given"""


@dataclass(frozen=True)
class Original:
    """A right candidate: the version that it is judged against, its text, and the lemmas of its proof."""

    spec: Spec
    old: Version
    label: str
    text: str
    lemmas: str


@dataclass(frozen=True)
class Line:
    """What became of one mutant; `differs` is an input of those `inputs` on which an accepted one is not what was proved."""

    judge: str
    original: str
    name: str
    """digest of its normal text"""
    program: str
    verdict: str
    reason: str
    gate: str
    order: str
    seconds: float
    inputs: int = 0
    differs: str = ""
    message: str = ""


def originals(folder: Path, specs: Sequence[Path]) -> list[Original]:
    """Return the versions of each target in the graph, and its baseline."""
    graph = load(folder)
    if not isinstance(graph, Graph):
        raise SystemExit(str(graph))
    found: list[Original] = []
    for path in specs:
        for spec in to_specs(path.read_bytes(), path.name, DEFAULT):
            baseline = Version(spec.source, spec.program)
            found.append(Original(spec, baseline, f"{spec.name} baseline", _alone(spec), ""))
            line = standing(graph, spec).line
            for old, node in itertools.pairwise(line):
                parts = split(node.content(PROOF_FILE).decode()) if tier_of(node) == "kernel" else ()
                lemmas = "\n\n".join(p.text for p in parts if not p.text.startswith("theorem accepted ")) + "\n"
                text, against = node.content("program.py").decode(), version_of(old, spec, DEFAULT)
                found.append(Original(spec, against, f"{spec.name} {node.id[:12]}", text, lemmas if len(parts) > 1 else ""))
    return found


def _alone(spec: Spec) -> str:
    """Return a baseline as a candidate's file: its function and helpers, without its decorators and the file's other targets."""
    tree = ast.parse(spec.source.content.decode())
    kept: list[ast.stmt] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == spec.name:
            node.decorator_list = []
        if isinstance(node, ast.ImportFrom) or (isinstance(node, ast.FunctionDef) and not _is_target(node)):
            kept.append(node)
    return ast.unparse(ast.Module(kept, [])) + "\n"


def _is_target(node: ast.FunctionDef) -> bool:
    return any(decorator_name(d) == "target" for d in node.decorator_list)


def named(text: str, target: str) -> str:
    """Return the name of a mutant: the digest of its normal text, or of the text where it does not read."""
    try:
        return digest("mutant", [target, normal_text(to_source(text.encode(), "mutant.py", DEFAULT), target)])
    except (Refusal, KeyError):
        return digest("mutant", [target, text])


def mutants(found: Sequence[Original], seed: int) -> Iterator[tuple[Original, str, str]]:
    """Yield mutants, each original in turn, with their names; the same for the same seed. Ends where nothing new comes."""
    seen = {named(o.text, o.spec.name) for o in found}
    chances = {o.label: random.Random(f"{seed}/{o.label}") for o in found}
    ahead = list(found)
    while ahead:
        for original in list(ahead):
            for _ in range(PATIENCE):
                text = mutant(original.text, original.spec.name, chances[original.label])
                name = named(text, original.spec.name)
                if name not in seen:
                    seen.add(name)
                    yield original, text, name
                    break
            else:
                ahead.remove(original)


def judged(examiner: Examiner, judge: str, original: Original, text: str, name: str) -> Line:
    """Judge a mutant as `qed check` does, the cheap gates first, and compare what is accepted."""
    begun, spec, order, ran, differs = time.perf_counter(), original.spec, "", 0, ""
    try:
        new = Version(*to_candidate(text.encode(), "mutant.py", spec, DEFAULT))
        task = Task(spec, original.old, new)
        screened = screen(task, (), DEFAULT)
        if isinstance(screened, Screened):
            found = examiner.examine(task, lemmas=original.lemmas)
            verdict, order = found.verdict, found.order or ""
            if isinstance(verdict, Accept):
                ran, differs = compared(task, order, verdict.certificate.slack)
        else:
            verdict = screened
    except Refusal as refusal:
        verdict = to_verdict(refusal.reason, "policy", ())
    seconds = round(time.perf_counter() - begun, 2)
    if isinstance(verdict, Accept):
        return Line(judge, original.label, name, text, "accept", "", "", order, seconds, ran, differs)
    why, said = type(verdict.reason).__name__, str(verdict.reason)[:300]
    return Line(judge, original.label, name, text, verdict.name, why, verdict.gate, order, seconds, message=said)


def allowed(task: Task) -> list[Input]:
    """Return many allowed inputs: small ones, drawn ones, and those in which constants of both versions stand."""
    spec = task.spec
    domain = Domain(spec.program.parameters, spec.require, DEFAULT)
    constants = mined(e for v in (task.old, task.judged) for e in in_program(v.program))
    box = domain.box()
    near = [*inputs(spec, DEFAULT, seed=1, wide=300, count=400), *domain.at(constants, box), *domain.drawn(constants, 200, 1)]
    return domain.allowed([*box, *near])


def compared(task: Task, order: str, slack: int) -> tuple[int, str]:
    """Run an accepted version and the old one; return on how many inputs, and the first on which they differ from the claim."""
    old, new = Interpreter(task.old.program, DEFAULT), Interpreter(task.judged.program, DEFAULT)
    ran: list[Input] = []
    gained = False
    for values in allowed(task):
        try:
            due, got = old.run(values), new.run(values)
        except OutOfFuel:
            continue
        ran.append(values)
        if got.raised or due.raised or not same(got.value, due.value):
            return len(ran), f"{values}: {got} and {due}"
        gained = gained or got.ticks < due.ticks
        if order != "worst-case" and got.ticks > due.ticks + slack:
            return len(ran), f"{values}: {got.ticks} ticks and {due.ticks}"
    if not gained:
        return len(ran), "no input on which it is cheaper"
    for i in range(0, len(ran), BATCH):
        batch = ran[i : i + BATCH]
        runs = (run_batch(v, task.spec.name, batch, DEFAULT) for v in (task.old, task.judged))
        for values, due_run, got_run in zip(batch, *runs, strict=True):
            over = due_run.gave_up or got_run.gave_up or due_run.raised in EXHAUSTED
            if not over and not same(due_run.value, got_run.value):
                return len(ran), f"{values} in CPython: {got_run} and {due_run}"
    return len(ran), ""


def read(path: Path, judge: str) -> dict[str, Line]:
    """Return what the file holds of this judge; a torn last line is passed over, and so are errors, which say nothing."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found: dict[str, Line] = {}
    for text in lines:
        try:
            line = Line(**json.loads(text))
        except (ValueError, TypeError):
            continue
        if line.judge == judge and line.verdict != "error":
            found[line.name] = line
    return found


def report(lines: Sequence[Line], asked: int) -> bool:
    """Print what became of all; return whether none that differs was accepted."""
    console, bad = Console(), [x for x in lines if x.differs]
    good = [x for x in lines if x.verdict == "accept" and not x.differs]
    title = f"{len(lines)} of {asked} mutants, {sum(x.seconds for x in lines):.0f} s"
    table = Table("outcome", "reason", "gate", "mutants", title=title)
    kinds = Counter((x.verdict, x.reason, x.gate) for x in lines if x.verdict != "accept")
    for (verdict, reason, gate), count in sorted(kinds.items(), key=lambda k: (k[0][0], -k[1])):
        table.add_row(verdict, reason, gate, str(count))
    for order, count in Counter(x.order for x in good).items():
        table.add_row("accepted, equal and cheaper", order, "kernel", str(count))
    table.add_row("accepted, but different", "", "", str(len(bad)), style="red" if bad else "")
    console.print(table)
    console.print(f"accepted ones were run on {sum(x.inputs for x in good)} inputs in all.")
    for x in bad:
        console.print(f"{x.original}: {x.differs}\n{x.program}", markup=False, style="red")
    return not bad


def main() -> int:
    """Judge mutants and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("specs", nargs="*", type=Path, metavar="SPEC", help="spec files; default: all of specs/")
    parser.add_argument("--count", type=int, default=2_000, help="mutants to judge")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after this time")
    parser.add_argument("--file", type=Path, help="where judgements are kept; default: .qed/mutants/SEED.jsonl")
    parser.add_argument("--accepted", type=Path, default=ROOT / "accepted", metavar="DIR", help="the graph with the originals")
    parser.add_argument("--search-seconds", type=float, default=60.0, help="the search for the proof of one mutant")
    options = parser.parse_args()
    examine.SEARCH_SECONDS = options.search_seconds
    path = options.file or ROOT / ".qed" / "mutants" / f"{options.seed}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    found = originals(options.accepted, options.specs or sorted((ROOT / "specs").rglob("*.py")))
    end, lines = time.monotonic() + options.seconds, []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Examiner() as examiner, path.open("a", encoding="utf-8") as out, Progress(*columns, console=Console(stderr=True)) as bar:
        judge = judge_digest(DEFAULT, examiner.toolchain.digest)[:16]
        known, task = read(path, judge), bar.add_task("mutants", total=options.count)
        for original, text, name in mutants(found, options.seed):
            if len(lines) >= options.count or (name not in known and time.monotonic() > end):
                break
            line = known.get(name) or judged(examiner, judge, original, text, name)
            if name not in known:
                out.write(json.dumps(asdict(line)) + "\n")
                out.flush()
            lines.append(line)
            bar.update(task, advance=1, description=original.label)
    return 0 if report(lines, options.count) else 1


if __name__ == "__main__":
    sys.exit(main())
