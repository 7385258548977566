"""What found rules add to the e-graph alone: targets that the rules of a graph improve and that the table's cannot.

    python bench/rule_gain.py --accepted DIR [--count N] [--seed S] [--judge N]

Targets are expressions: written by hand, and drawn from the grammars by size. Each is rewritten with the table, and with the
table and the rules of the graph. What counts is an expression that costs fewer ticks; it is held against the old one on samples
on which Python raises nothing. Of those that the rules of the graph improve, `--judge` many are put to Lean as equations, with
the rules that they need as lemmas.
"""

import argparse
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from loop.bench import Bench
from loop.conjecture.candidates import Candidate, first_names, put
from loop.conjecture.conditions import steered
from loop.conjecture.grammar import GRAMMARS, Grammar, Kind, Point, kind_of, samples
from loop.conjecture.meaning import valid, values
from loop.conjecture.proving import Prover
from loop.rule_store import Accepted, needed, rules_of
from loop.simplify import simplified, static_cost
from loop.source_text import expression
from loop.techniques.egraph import cheaper
from loop.techniques.known import Known
from loop.techniques.rules import parsed
from verify import ir
from verify.graph import Graph, load
from verify.ir import Expr
from verify.limits import DEFAULT
from verify.standby import start_kernel
from verify.toolchain import find

BY_HAND: Final = (
    ("(x // y) * y", ("x % y == 0",)), ("y * (x // y) + z", ("x % y == 0",)), ("(0 - x) % y", ("x % y == 0",)),
    ("max(x, min(y, z))", ("y <= x",)), ("min(x, x + y)", ("y >= 0",)), ("max(x + y, x)", ("y <= 0",)),
    ("x + y - (x | y)", ("(x & y) == 0",)), ("(x & y) | z", ("(x & y) == 0",)), ("(0 >> x) + y", ()),
    ("-(x << y) + (x << y)", ()),
    ("-(x % 2) + z", ()), ("~(x + y) + z", ()), ("(-x) & 1", ()), ("z - ((-x) & 1)", ()), ("0 // x + y", ()),
    ("y if abs(x) < x else z", ()), ("y if -x < x else z", ()), ("y if x == -x else z", ()), ("y if x <= abs(x) else z", ()),
    ("min(-x, x)", ()), ("(x * x) // x", ()), ("x * (x // x)", ()), ("(x // x) * y", ("x > 0",)), ("len(xs * 1)", ()),
    ("sum(xs * 0)", ()), ("len(xs[::-1] * x)", ("x >= 0",)), ("(-(-1 << x)) * y", ()), ("x // (-y) + z", ()),
    ("(x ^ -1) + 1 + y", ()), ("(x | y) - (x & y) + z", ()), ("abs(x) - x", ("x >= 0",)), ("(x % y) % y + x", ()),
)  # fmt: skip
"""targets with the conditions of their contracts"""


def drawn(count: int, seed: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield expressions of the grammars in turn, of six to nine leaves and operators."""
    chance = random.Random(seed)
    for i in range(count):
        grammar = GRAMMARS[i % len(GRAMMARS)]
        kind: Kind = "bool" if grammar.name == "comparisons" and chance.getrandbits(1) else "int"
        text = term(grammar, kind, chance.randint(6, 9), chance)
        yield put(text, first_names(text)), ()


def term(grammar: Grammar, kind: Kind, size: int, chance: random.Random) -> str:
    """Return a term of about a size."""
    leaves = [n for n in grammar.leaves if kind_of(n) == kind]
    fitting = [o for o in grammar.operators if o.gives == kind]
    if leaves and (size < 2 or not fitting):
        return chance.choice(leaves)
    operator = chance.choice(fitting)
    each = max(1, (size - 1) // len(operator.takes))
    return operator.text.format(*(term(grammar, k, each, chance) for k in operator.takes))


def rewritten(old: Expr, where: tuple[str, ...], more: tuple[Accepted, ...]) -> Expr:
    """Return what the e-graph makes of an expression, with algebra before and after, as the technique has it."""
    facts = tuple(parsed(w) for w in where)
    known: Known = {}
    for fact in facts:
        match fact:
            case ir.Compare((ir.Var(name), ir.Const(v)), ("ge" | "gt",)):
                known[name] = int(v) + (fact.relations == ("gt",)), None
            case ir.Compare((ir.Var(name), ir.Const(v)), ("le" | "lt",)):
                known[name] = None, int(v) - (fact.relations == ("lt",))
    (made,) = cheaper([min((simplified(old), old), key=static_cost)], known, tuple(a.rule for a in more), facts)
    return min((simplified(made), made), key=static_cost)


def met(old: Expr, where: tuple[str, ...]) -> list[Point]:
    """Return samples on which the conditions hold and an expression raises nothing."""
    points = [p for g in GRAMMARS for p in samples(g, 150, 5) if ir.variables(old) <= p.keys()]
    points = steered(where, GRAMMARS[0], points)
    return [p for p, ok in zip(points, valid(old, points), strict=True) if ok]


def agrees(old: Expr, new: Expr, where: tuple[str, ...]) -> bool:
    """Say whether samples show no difference."""
    points = met(old, where)
    return all(a == b or None in (a, b) for a, b in zip(values(old, points), values(new, points), strict=True))


def judged(found: list[tuple[str, Expr, tuple[str, ...], list[Accepted]]], count: int) -> tuple[int, int]:
    """Return how many of the first so many Lean proves with the rules that they need, and how many were asked."""
    kernel = start_kernel(find("auto"), DEFAULT)
    done = asked = 0
    with kernel.session:
        for text, new, where, used in found[:count]:
            asked += 1
            prover = Prover(Bench(kernel, kernel.library), lemmas=used)
            done += prover.prove(Candidate(text, expression(new), where)) is not None
    return done, asked


def main() -> int:
    """Count, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--accepted", type=Path, required=True)
    parser.add_argument("--count", type=int, default=400, help="expressions that are drawn")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--judge", type=int, default=10)
    given = parser.parse_args()
    graph = load(given.accepted)
    if not isinstance(graph, Graph):
        sys.exit(f"{given.accepted}: {graph}")
    rules = rules_of(graph)
    only: list[tuple[str, Expr, tuple[str, ...], list[Accepted]]] = []
    for name, targets in (("by hand", BY_HAND), ("drawn", tuple(drawn(given.count, given.seed)))):
        table = both = more = wrong = 0
        due = [(text, where) for text, where in targets if met(parsed(text), where)]  # the others raise everywhere
        for text, where in due:
            old = parsed(text)
            plain, with_rules = rewritten(old, where, ()), rewritten(old, where, rules)
            table += static_cost(plain) < static_cost(old)
            if static_cost(with_rules) < static_cost(plain):
                wrong += not agrees(old, with_rules, where)
                more += static_cost(plain) >= static_cost(old)
                both += static_cost(plain) < static_cost(old)
                used = needed(rules, lambda part, o=old, w=where, n=with_rules: rewritten(o, w, tuple(part)) == n)  # type: ignore[misc]
                only.append((text, with_rules, where, used))
        print(f"{name}: {len(due)} targets, {table} improved by the table, {more} more by the {len(rules)} found rules, "
              f"{both} further by them, {wrong} of these differ on samples")  # fmt: skip
    for text, new, where, used in only:
        print(f"  {text} -> {expression(new)}{' where ' + ' and '.join(where) if where else ''}, by {len(used)}")
    if given.judge:
        done, asked = judged(only, given.judge)
        print(f"Lean: {done} of {asked} proved")
    return 0


if __name__ == "__main__":
    sys.exit(main())
