"""Measures the prover on a list of theorems: how many it proves, how long it takes, and what the learned order and discovered
lemmas are worth.

    python bench/prove_heldout.py --list training [--no-order] [--no-discovery] [--seconds 60] [--learn FILE | --order FILE]

Each proof that counts was checked again from its text alone: one declaration after another in a fresh session, then the audit.
A configuration is the set of switches; several are run with `--each`.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rich.console import Console
from rich.table import Table

from bench.heldout import HELD_OUT, TRAINING, Theorem, read
from loop.bench import BenchLost
from loop.steady_bench import Budget
from loop.tactic_order import TacticOrder
from loop.theorem_prover import Discover, Found, GivenUp, TheoremProver, discovered
from verify.gates.kernel import AXIOMS, DENIED, PROVED, Kernel
from verify.lean_library import LibraryBroken, load_library
from verify.limits import DEFAULT
from verify.proof import declarations as parts_of
from verify.reasons import Reason
from verify.session import DEFAULT_LIMITS, Session, SessionLost
from verify.toolchain import Preference, Toolchain, find

SEARCH_SECONDS = 30
"""wall clock of one request while searching"""


@dataclass(frozen=True)
class Result:
    """What came of one theorem."""

    name: str
    family: str
    proved: bool
    seconds: float
    attempts: int
    lemmas: int
    reason: str
    goals: str
    text: str


@dataclass(frozen=True)
class Configuration:
    """Which parts of the prover are on."""

    order: bool
    discovery: bool

    @property
    def label(self) -> str:
        """How the tables call it."""
        return f"{'learned' if self.order else 'static'} order, {'with' if self.discovery else 'without'} lemmas"


class Lean:
    """One session at a time, started where it is needed."""

    def __init__(self, toolchain: Toolchain) -> None:
        self.toolchain = toolchain
        self.session: Session | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self.session is not None:
            self.session.close()
            self.session = None

    def fresh(self) -> tuple[Kernel, int]:
        """End the session and start another."""
        self.close()
        try:
            self.session = Session.start(self.toolchain, replace(DEFAULT_LIMITS, request_seconds=float(SEARCH_SECONDS)))
            base = load_library(self.session)
        except (SessionLost, LibraryBroken) as lost:
            raise BenchLost(str(lost)) from lost
        limits = replace(DEFAULT, lean_seconds=SEARCH_SECONDS)
        return Kernel(self.session, base, self.toolchain, limits), base


def rechecked(theorem: Theorem, text: str, kernel: Kernel, base: int) -> str:
    """Check a proof from its text alone; return what is wrong with it, "" where nothing is."""
    parts = parts_of(text)
    due = f"theorem {theorem.name} {theorem.statement} := by\n"
    if not parts[-1].startswith(due):
        return "the last declaration is not the theorem"
    if tuple(parts[: len(parts_of(theorem.definitions))]) != parts_of(theorem.definitions):
        return "it does not begin with the definitions"
    env = base
    for part in parts:
        done = kernel.attempt(env, part)
        if isinstance(done, Reason):
            return str(done)
        if done.errors or done.env is None:
            return next((m.text for m in done.messages if m.severity == "error"), "no message")
        env = done.env
    audit = kernel.session.audit(base, env, f"QED.Proof.{theorem.name}")
    if not audit.exists or audit.in_base or audit.kind != "theorem":
        return "the theorem does not exist"
    for axiom in audit.axioms:
        if axiom.name in DENIED or not axiom.in_base or (axiom.kind == "axiom" and axiom.name not in AXIOMS):
            return f"it rests on {axiom.name}"
    odd = [c.name for c in audit.new if c.replay != "ok" or c.kind not in PROVED]
    return f"the kernel does not accept {odd[0]} again" if odd else ""


def measure(
    theorems: tuple[Theorem, ...], lean: Lean, order: TacticOrder, discover: Discover | None, budget: Budget, *, learning: bool
) -> Iterator[Result]:
    """Prove the theorems in turn, and check again what was proved; with `learning` the order learns from each."""
    prover = TheoremProver(*lean.fresh(), lean.fresh, order, discover)
    proofs: dict[str, str] = {}
    results = []
    for t in theorems:
        begun = time.perf_counter()
        ended = prover.prove(t.name, t.definitions, t.statement, budget)
        seconds = time.perf_counter() - begun
        if learning:
            order.learn(ended.outcomes)
        match ended:
            case Found():
                proofs[t.name] = ended.text
                good = {"proved": True, "lemmas": len(ended.lemmas), "reason": "", "goals": "", "text": ended.text}
            case GivenUp():
                good = {"proved": False, "lemmas": 0, "reason": ended.reason, "goals": ended.goals, "text": ""}
        result = Result(name=t.name, family=t.family, seconds=seconds, attempts=ended.attempts, **good)
        results.append(result)
        print(
            f"{'proved ' if result.proved else 'open   '} {t.name:28} {seconds:6.1f} s {ended.attempts:5} attempts",
            file=sys.stderr,
            flush=True,
        )
    yield from _checked(theorems, results, proofs, lean)


def _checked(theorems: tuple[Theorem, ...], results: list[Result], proofs: dict[str, str], lean: Lean) -> Iterator[Result]:
    """Yield the results; a proof that does not check again in a fresh session counts as none."""
    by_name = {t.name: t for t in theorems}
    kernel, base = lean.fresh()
    for r in results:
        if r.proved:
            try:
                fault = rechecked(by_name[r.name], proofs[r.name], kernel, base)
            except SessionLost as lost:
                fault = f"Lean was lost: {lost}"
            if fault:
                kernel, base = lean.fresh()
                r = replace(r, proved=False, reason=f"not accepted again: {fault[:300]}")  # noqa: PLW2901 - what is yielded
        yield r


def summary(label: str, results: list[Result]) -> dict[str, object]:
    """Return the figures of one configuration."""
    won = [r for r in results if r.proved]
    mean = sum(r.seconds for r in results) / len(results) if results else 0.0
    return {
        "configuration": label,
        "theorems": len(results),
        "proved": len(won),
        "rate": round(len(won) / len(results), 4) if results else 0.0,
        "mean_seconds": round(mean, 3),
        "mean_seconds_proved": round(sum(r.seconds for r in won) / len(won), 3) if won else 0.0,
        "attempts": sum(r.attempts for r in results),
        "results": [asdict(r) for r in results],
    }


def show(console: Console, summaries: list[dict[str, object]]) -> None:
    """Print one row a configuration, and one a theorem."""
    table = Table(title="theorems proved")
    for column in ("configuration", "theorems", "proved", "rate", "mean_seconds", "mean_seconds_proved", "attempts"):
        table.add_column(column.replace("_", " "), justify="left" if column == "configuration" else "right")
    for s in summaries:
        rate = s["rate"]
        table.add_row(*(f"{rate:.1%}" if k == "rate" else str(s[k]) for k in list(s)[:7]))
    console.print(table)
    detail = Table(title="by theorem")
    for column in ("theorem", "family", *(str(s["configuration"]) for s in summaries)):
        detail.add_column(column)
    columns = [s["results"] for s in summaries]
    for row in zip(*columns, strict=True):  # type: ignore[arg-type]  # the results are lists of the same theorems
        cells = [f"{r['seconds']:.1f} s, {r['attempts']}" if r["proved"] else f"open ({r['seconds']:.1f} s)" for r in row]
        detail.add_row(row[0]["name"], row[0]["family"], *cells)
    console.print(detail)


def main() -> int:
    """Run the configurations that were asked for."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--list", choices=("training", "heldout"), default="training")
    options.add_argument("--only", nargs="*", default=[], metavar="NAME", help="theorems of the list, all if none is named")
    options.add_argument("--no-order", action="store_true", help="the static order only")
    options.add_argument("--no-discovery", action="store_true", help="no auxiliary lemmas")
    options.add_argument("--each", action="store_true", help="all four configurations, one after the other")
    options.add_argument("--seconds", type=float, default=60.0, help="wall clock per theorem")
    options.add_argument("--order", type=Path, metavar="FILE", help="a learned order, as --learn wrote it")
    options.add_argument("--learn", type=Path, metavar="FILE", help="learn from this run, and write the order")
    options.add_argument("--json", type=Path, metavar="FILE", help="where the figures and the proofs go")
    options.add_argument("--lean", choices=("auto", "portable", "native"), default="auto")
    given = options.parse_args()
    theorems = read(TRAINING if given.list == "training" else HELD_OUT)
    theorems = tuple(t for t in theorems if not given.only or t.name in given.only)
    each = [Configuration(o, d) for d in (False, True) for o in (False, True)]
    due = each if given.each else [Configuration(not given.no_order, not given.no_discovery)]
    learned = given.order.read_bytes() if given.order else TacticOrder().to_bytes()
    preference: Preference = given.lean
    summaries = []
    with Lean(find(preference)) as lean:
        for c in due:
            order = TacticOrder.from_bytes(learned) if c.order else TacticOrder()
            discover = discovered if c.discovery else None
            budget = Budget(seconds=given.seconds)
            results = list(measure(theorems, lean, order, discover, budget, learning=given.learn is not None))
            summaries.append(summary(c.label, results))
    if given.learn:
        given.learn.write_bytes(order.to_bytes())
    show(Console(stderr=given.json is None), summaries)
    text = json.dumps(summaries, indent=2, ensure_ascii=False) + "\n"
    if given.json:
        given.json.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
