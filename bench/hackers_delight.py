"""Measures Hacker's Delight P1-P25 at 32 bits from naive loops over bits: what the offline proposer finds and the judge proves,
beside cvc5's SyGuS with the same naive loop, and with the trick itself, as specification.

    python bench/hackers_delight.py [--only P1,P17] [--judge smt|examiner] [--limit 60] [--no-peer] [--json FILE]

Each target of specs/bits starts from nothing: its baseline is judged, then what the proposer has without loops, one after the
other, until one is accepted; found is what was proposed so and not refuted. `--judge examiner` looks for a proof for Lean's
kernel first, as `qed run` does, and takes the tier smt where there is none; `--judge smt` asks for the tier smt only. SyGuS gets
the baseline as the judge's own reading writes it to bit-vectors, words of 32 bits, a grammar of all operators of the book without
multiplication and division, and the constants 0, 1, 31 and all ones; what it answers is a term in SMT-LIB, and counts as solved
on its own word.
"""

import argparse
import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rich.console import Console
from rich.table import Table

from loop.examine import Examiner
from loop.keep import baseline_task
from loop.proposal import Brief
from loop.proposers.symbolic import Symbolic
from verify.bit_expr import Reader
from verify.bit_run import execute
from verify.bit_terms import Bit, Int, Script
from verify.intervals import width
from verify.ir import Program
from verify.judge import Screened, decide_smt, screen
from verify.limits import DEFAULT
from verify.ranges import ranges
from verify.reasons import Refusal
from verify.spec import Spec, signature, to_candidate, to_specs
from verify.task import Task, Version
from verify.verdict import Accept, Verdict

ROOT = Path(__file__).resolve().parent.parent
PROBLEMS = {
    "without_lowest_one": ("P1", "return x & (x - 1)"),
    "ones_below": ("P2", "return x & (x + 1) == 0"),
    "lowest_one": ("P3", "return x & -x"),
    "up_to_lowest_one": ("P4", "return (x ^ (x - 1)) & 0xFFFFFFFF"),
    "smeared_lowest_one": ("P5", "return (x | (x - 1)) & 0xFFFFFFFF"),
    "with_lowest_zero": ("P6", "return (x | (x + 1)) & 0xFFFFFFFF"),
    "lowest_zero": ("P7", "return ~x & (x + 1) & 0xFFFFFFFF"),
    "trailing_zeros": ("P8", "return ~x & (x - 1) & 0xFFFFFFFF"),
    "magnitude": ("P9", "s = -(x >> 31)\n    return ((x ^ s) - s) & 0xFFFFFFFF"),
    "same_length": ("P10", "return x ^ y <= x & y"),
    "longer": ("P11", "return x & ~y > y"),
    "at_least_as_long": ("P12", "return y & ~x <= x"),
    "sign": ("P13", "return -(x >> 31) & 0xFFFFFFFF | (1 if x > 0 else 0)"),
    "average_down": ("P14", "return (x & y) + ((x ^ y) >> 1)"),
    "average_up": ("P15", "return (x | y) - ((x ^ y) >> 1)"),
    "larger": ("P16", "return (x ^ y) & -(1 if x >= y else 0) ^ y"),
    "without_lowest_run": ("P17", "return ((x | (x - 1)) + 1) & x"),
    "is_power_of_two": ("P18", "return x > 0 and x & (x - 1) == 0"),
    "exchanged_fields": ("P19", "t = (x ^ (x >> k)) & m\n    return x ^ t ^ (t << k)"),
    "next_with_as_many_ones": ("P20", "s = x & -x\n    r = x + s\n    return r | ((x ^ r) >> 2) // s"),
    "next_of_three": ("P21", "return -(1 if x == c else 0) & (a ^ c) ^ -(1 if x == a else 0) & (b ^ c) ^ c"),
    "parity": ("P22", "x = x ^ (x >> 1)\n    x = x ^ (x >> 2)\n    return ((x & 0x11111111) * 0x11111111) >> 28 & 1"),
    "ones": ("P23", """
    x = x - ((x >> 1) & 0x55555555)
    x = (x & 0x33333333) + ((x >> 2) & 0x33333333)
    x = (x + (x >> 4)) & 0x0F0F0F0F
    return (x * 0x01010101 & 0xFFFFFFFF) >> 24"""),
    "power_from": ("P24", """
    t = x - (1 if x > 0 else 0)
    t |= t >> 1
    t |= t >> 2
    t |= t >> 4
    t |= t >> 8
    t |= t >> 16
    return t + 1"""),
    "high_product": ("P25", """
    a, b, c, d = x & 0xFFFF, x >> 16, y & 0xFFFF, y >> 16
    t = b * c + (a * c >> 16)
    w = (t & 0xFFFF) + a * d
    return b * d + (t >> 16) + (w >> 16)"""),
}  # fmt: skip
"""the number of the problem, and the trick of the book, written for ints that do not wrap"""
GRACE = 10
"""seconds for a peer's process to start and end"""
WORD = "(_ BitVec 32)"
DEFINITION = re.compile(r"\(define-fun (\S+) \(\) (?:Bool|\(_ BitVec \d+\)) (.*)\)")
Judge = Callable[[Task], Verdict]


@dataclass(frozen=True)
class Ours:
    """What came of one problem; `seconds` from nothing to the acceptance, or to the end of what there was to try."""

    found: bool
    """whether a version without loops was proposed that nothing refuted"""
    proved: bool
    tier: str | None
    order: str | None
    proposals: int
    found_seconds: float
    seconds: float
    program: str
    reason: str


@dataclass(frozen=True)
class Peer:
    """What SyGuS answered: solved, no answer in the time, or why it could not be asked."""

    solved: bool
    seconds: float
    answer: str


@dataclass(frozen=True)
class Row:
    """One problem."""

    problem: str
    name: str
    ours: Ours
    naive: Peer | None
    trick: Peer | None


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="problems, as P1,P17")
    parser.add_argument("--judge", choices=("smt", "examiner"), default="smt")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds for each question to the peer")
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--solve", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.solve:
        print(json.dumps(solve(options.solve.read_text())))
        return 0
    only = {p for p in options.only.split(",") if p}
    rows = []
    with judge(options.judge) as ask:
        for spec in sorted(specs(), key=lambda s: int(PROBLEMS[s.name][0][1:])):
            problem, trick = PROBLEMS[spec.name]
            if only and problem not in only:
                continue
            ours = measured(spec, ask)
            peers: list[Peer | None] = [None, None]
            if not options.no_peer:
                known = to_candidate(f"def {signature(spec.program)}:\n    {trick}\n".encode(), "trick.py", spec, DEFAULT)[1]
                peers = [peer(spec, program, options.limit) for program in (spec.program, known)]
            rows.append(Row(problem, spec.name, ours, *peers))
            print(line(rows[-1]), file=sys.stderr, flush=True)
            if options.json:
                options.json.write_text(json.dumps(report(rows, options), indent=2) + "\n")
    show(rows)
    return 0


def specs() -> Iterator[Spec]:
    """Yield the targets of the problems."""
    for path in sorted((ROOT / "specs" / "bits").glob("*.py")):
        yield from (s for s in to_specs(path.read_bytes(), path.name, DEFAULT) if s.name in PROBLEMS)


@contextlib.contextmanager
def judge(kind: str) -> Iterator[Judge]:
    """Return who judges: the whole examiner, or the gates and the two solvers."""
    if kind == "examiner":
        with Examiner("auto") as examiner:
            yield lambda task: examiner.examine(task).verdict
        return

    def smt_only(task: Task) -> Verdict:
        screened = screen(task, (), DEFAULT)
        return decide_smt(task, screened, DEFAULT).verdict if isinstance(screened, Screened) else screened

    yield smt_only


def measured(spec: Spec, ask: Judge) -> Ours:
    """Find and judge, from nothing."""
    begun = time.perf_counter()
    first, text, reason, count = 0.0, "", "", 0
    baseline = ask(baseline_task(spec))
    if not isinstance(baseline, Accept):
        return Ours(
            found=False, proved=False, tier=None, order=None, proposals=0, found_seconds=0.0,
            seconds=time.perf_counter() - begun, program="", reason=f"baseline: {baseline.reason}",
        )  # fmt: skip
    head, searched = Version(spec.source, spec.program), time.perf_counter()
    tier, order = None, None
    for proposal in Symbolic().propose(Brief(spec, head, (), 0, 0)):
        new = Version(*to_candidate(proposal.program, "proposal.py", spec, DEFAULT))
        if new.program.loops:
            continue
        count += 1
        came = time.perf_counter() - searched
        verdict = ask(Task(spec, head, new, baseline.certificate.tier))
        if verdict.name != "reject":
            first, text = first or came, text or proposal.program.decode()
        if isinstance(verdict, Accept):
            text, tier, order = proposal.program.decode(), verdict.certificate.tier, verdict.certificate.order
            break
        reason = str(verdict.reason)
    return Ours(
        found=bool(text), proved=tier is not None, tier=tier, order=order, proposals=count, found_seconds=first,
        seconds=time.perf_counter() - begun, program=text, reason="" if tier else reason or "nothing was proposed.",
    )  # fmt: skip


# -- the peer -------------------------------------------------------------------------------------------------------------------


def sygus(spec: Spec, program: Program) -> str:
    """Return a SyGuS problem: a function of words that does what a program does where the contract allows the input.

    Raises Refusal where it cannot be written so.
    """
    script = Script(DEFAULT)
    known = ranges(spec, DEFAULT)
    names = [p.name for p in spec.program.parameters]
    arguments = {n: script.declare(f"v{i}", known[n,]) for i, n in enumerate(names)}
    within = [script.within(a) for a in arguments.values() if isinstance(a, Int)]
    reader = Reader(script, arguments)
    allowed = script.both(*within, reader.boolean(spec.require))
    value = execute(script, program, arguments).value
    premises, bindings = [allowed.name], []
    for i, n in enumerate(names):
        low, high = known[n,]
        bits = width((low, high))
        bindings.append((f"v{i}", f"((_ extract {bits - 1} 0) ((_ zero_extend 32) a{i}))"))
        premises.append(f"(bvule a{i} {hexed(high)})")
    bindings += [(m[1], m[2]) for x in script.lines if (m := DEFINITION.fullmatch(x))]
    call = f"(f {' '.join(f'a{i}' for i in range(len(names)))})"
    if isinstance(value, Bit):
        due = value.name
    elif isinstance(value, Int):
        due = f"((_ extract 31 0) ((_ sign_extend 32) {value.name}))"
    else:
        raise TypeError("a result is an int or a bool")
    body = f"(=> (and {' '.join(premises)}) (= {call} {due}))"
    for name, text in reversed(bindings):
        body = f"(let (({name} {text})) {body})"
    words = " ".join(f"(a{i} {WORD})" for i in range(len(names)))
    declared = "\n".join(f"(declare-var a{i} {WORD})" for i in range(len(names)))
    asked = grammar(words, len(names), predicate=isinstance(value, Bit))
    return f"(set-logic BV)\n{asked}\n{declared}\n(constraint {body})\n(check-synth)\n"


def hexed(value: int) -> str:
    """Return a word as a literal."""
    return f"#x{value & 0xFFFFFFFF:08x}"


def grammar(words: str, count: int, *, predicate: bool) -> str:
    """Return the function that is asked for, with the operators that it may be made of."""
    leaves = " ".join([*(f"a{i}" for i in range(count)), *map(hexed, (0, 1, 31, -1))])
    binary = " ".join(f"({op} W W)" for op in ("bvadd", "bvsub", "bvand", "bvor", "bvxor", "bvlshr", "bvashr", "bvshl"))
    word = f"(W {WORD} ({leaves} (bvnot W) (bvneg W) {binary} (ite B W W)))"
    bit = "(B Bool ((bvult W W) (bvule W W) (= W W) (not B)))"
    rules = f"{bit} {word}" if predicate else f"{word} {bit}"
    sorts = f"(B Bool) (W {WORD})" if predicate else f"(W {WORD}) (B Bool)"
    return f"(synth-fun f ({words}) {'Bool' if predicate else WORD}\n  ({sorts})\n  ({rules}))"


def peer(spec: Spec, program: Program, limit: float) -> Peer:
    """Ask cvc5 in a process of its own."""
    try:
        text = sygus(spec, program)
    except Refusal as refusal:
        return Peer(solved=False, seconds=0.0, answer=str(refusal.reason))
    begun = time.perf_counter()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "problem.sl"
        path.write_text(text)
        command = [sys.executable, str(Path(__file__).resolve()), "--solve", str(path)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=limit + GRACE, check=False, env={**os.environ})
            answer = json.loads(done.stdout) if done.returncode == 0 else {"answer": done.stderr[-300:], "seconds": 0.0}
        except subprocess.TimeoutExpired:
            return Peer(solved=False, seconds=time.perf_counter() - begun, answer="no answer in time")
    in_time = answer["seconds"] <= limit
    return Peer(answer.get("solved", False) and in_time, answer["seconds"], answer["answer"])


def solve(text: str) -> dict[str, object]:
    """Have cvc5 synthesise; the seconds do not count the start of the process."""
    import cvc5  # noqa: PLC0415 - in the peer's process only

    manager = cvc5.TermManager()
    solver = cvc5.Solver(manager)
    solver.setOption("sygus", "true")
    reader = cvc5.InputParser(solver)
    reader.setStringInput(cvc5.InputLanguage.SYGUS_2_1, text, "problem.sl")
    symbols, said, begun = reader.getSymbolManager(), "", time.perf_counter()
    while not (command := reader.nextCommand()).isNull():
        said = command.invoke(solver, symbols) or said
    return {"solved": "define-fun" in said, "seconds": time.perf_counter() - begun, "answer": said.strip()}


# -- what is printed ------------------------------------------------------------------------------------------------------------


def line(row: Row) -> str:
    """Return one line on a problem."""
    ours = row.ours
    state = f"proved ({ours.tier})" if ours.proved else "found, not proved" if ours.found else "not found"
    peers = f"cvc5 naive {said(row.naive)}, trick {said(row.trick)}"
    return f"{row.problem} {row.name}: {state}, {ours.seconds:.1f} s; {peers} {ours.reason[:120]}"


def said(answer: Peer | None) -> str:
    """Return what a peer did, for the table."""
    return "-" if answer is None else f"{answer.seconds:.2f} s" if answer.solved else "no"


def report(rows: list[Row], options: argparse.Namespace) -> dict[str, object]:
    """Return the table for machines, with how busy the machine was."""
    return {
        "judge": options.judge,
        "limit": options.limit,
        "load": os.getloadavg(),
        "cores": os.cpu_count(),
        "found": sum(r.ours.found for r in rows),
        "proved": sum(r.ours.proved for r in rows),
        "kernel": sum(r.ours.tier == "kernel" for r in rows),
        "problems": [asdict(r) for r in rows],
    }


def show(rows: list[Row]) -> None:
    """Print the table."""
    table = Table("problem", "target", "found s", "proved", "whole s", "proposals", "cvc5, naive", "cvc5, trick")
    for r in rows:
        o = r.ours
        found = f"{o.found_seconds:.1f}" if o.found else "no"
        table.add_row(
            r.problem, r.name, found, o.tier or "no", f"{o.seconds:.1f}", str(o.proposals), said(r.naive), said(r.trick)
        )
    console = Console()
    console.print(table)
    counts = f"{sum(r.ours.found for r in rows)} found, {sum(r.ours.proved for r in rows)} proved"
    console.print(f"{len(rows)} problems: {counts}, {sum(r.ours.tier == 'kernel' for r in rows)} of them at the tier kernel.")
    for which in ("naive", "trick"):
        answers = [p for r in rows if (p := getattr(r, which)) is not None]
        if answers:
            console.print(f"cvc5 from the {which}: {sum(p.solved for p in answers)} of {len(answers)}.")


if __name__ == "__main__":
    sys.exit(main())
