"""Rewrite rules that are conjectured and proved by Lean, for each grammar: how many, and in what time.

    python bench/rules.py [--grammar NAME ...] [--size N] [--seed S] [--rules]

Terms have up to N leaves and operators. A rule counts where Lean accepted its proof; what follows from earlier rules within a few
rounds of rewriting is not conjectured, and what the others make up for does not count. Beside the figures stand Ruler's published
ones, medians of ten runs, for other grammars on another machine. Its rules are checked on all values, on samples or by a solver,
where here Lean proves each for all ints.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rich.console import Console
from rich.table import Table

from loop.bench import Bench
from loop.conjecture.conjecturer import Conjecturer, Told
from loop.conjecture.grammar import GRAMMARS, Grammar
from loop.conjecture.proving import proved
from verify.gates.kernel import Kernel
from verify.limits import DEFAULT
from verify.standby import start_kernel
from verify.toolchain import find

RULER: Final = (
    ("Ruler, bv4", 49, 0.15, "run on all values of 4 bits"),
    ("Ruler, bv32", 46, 13.1, "an SMT solver, for words of 32 bits"),
    ("Ruler, rational", 50, 91.0, "samples"),
)
"""published: domain, rules, seconds, and what validates them (grammars of 3 variables, 2 iterations)"""
HERE: Final = "Lean's kernel, for all ints and lists"
BY_NAME: Final = {g.name: g for g in GRAMMARS}


def found(grammar: Grammar, kernel: Kernel, size: int, seed: int) -> tuple[Conjecturer, list[Told], float]:
    """Look for rules over a grammar; return what was counted, what became of each candidate, and the seconds."""
    begun = time.monotonic()
    bench = Bench(kernel, kernel.library)
    conjecturer = Conjecturer(grammar, lambda one: proved(one, bench), seed=seed)
    told = list(conjecturer.run(size))
    bench.close()
    return conjecturer, told, time.monotonic() - begun


def show(out: Console, rows: Sequence[tuple[str, Conjecturer, float]]) -> None:
    """Print a row for each grammar."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("grammar", "pairs", "rules", "not proved", "refuted", "worthless", "redundant", "seconds", "proved by"):
        table.add_column(column, justify="left" if column in ("grammar", "proved by") else "right")
    for name, c, seconds in rows:
        counts = (c.counts[k] for k in ("pairs", "proved", "unproved", "refuted", "worthless", "redundant"))
        table.add_row(name, *map(str, counts), f"{seconds:.1f}", HERE)
    for domain, rules, seconds, how in RULER:
        table.add_row(domain, "-", str(rules), "-", "-", "-", "-", f"{seconds:.2f}", how)
    out.print(table)


def main() -> int:
    """Find rules, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--grammar", action="append", choices=sorted(BY_NAME), help="only these (default: all)")
    parser.add_argument("--size", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rules", action="store_true", help="print each candidate with what became of it")
    given = parser.parse_args()
    out = Console(highlight=False, markup=False, emoji=False, width=130)
    kernel = start_kernel(find("auto"), DEFAULT)
    rows = []
    try:
        for name in given.grammar or BY_NAME:
            conjecturer, told, seconds = found(BY_NAME[name], kernel, given.size, given.seed)
            rows.append((name, conjecturer, seconds))
            for t in told if given.rules else ():
                sign = "<->" if t.candidate.both else "->"
                out.print(f"{name}  {t.came:8}  {t.candidate.left} {sign} {t.candidate.right}")
    finally:
        kernel.session.close()
    show(out, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
