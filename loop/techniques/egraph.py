"""Expressions -> cheaper ones that are equal by the rules: terms, saturation within bounds of size, the cheapest of each class.

Ints, bools and lists are terms of one sort. What the rules do not speak of is a leaf, with the cost that it has. Bounds of
variables travel with the terms, and conditions of rules are read off them, or off facts that are told. Nothing depends on time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal

from egglog.bindings import EGraph, ExtractBest, TermApp, TermDag, TermLit

from loop.simplify import LENGTH, static_cost
from loop.techniques.rule_table import BOUNDS, RULES
from loop.techniques.rules import Bound, Rule, parsed
from verify import ir
from verify.ir import Expr, Name
from verify.rule import LITERALS

ROUNDS: Final = 10
"""times that every rule is applied"""
MATCHES, REST = 200, 2
"""matches of a rule in a round above which it is left out of some rounds, and of how many; both grow each time"""
LEAVES: Final = 60
"""an expression with more subexpressions is left as it is"""
KEPT: Final = 4
"""e-graphs of rules without terms that are kept"""
_TICK, _NODE = 100, 1
"""costs of a tick and of a term, so that of two that cost the same the shorter one is taken"""

_UNARY: Final = {"neg": "Neg", "invert": "Inv", "abs": "Abs", "not": "Not"}
_BINARY: Final = {
    "add": "Add", "sub": "Sub", "mul": "Mul", "floordiv": "Div", "mod": "Mod", "pow": "Pow", "lshift": "Shl", "rshift": "Shr",
    "and": "BAnd", "or": "BOr", "xor": "BXor",
}  # fmt: skip
_RELATIONS: Final[Mapping[ir.Relation, tuple[str, bool]]] = {
    "lt": ("Lt", False), "le": ("Le", False), "gt": ("Lt", True), "ge": ("Le", True), "eq": ("Eq", False), "ne": ("Ne", False),
}  # fmt: skip
"""the relations as terms, and whether the operands change places"""
_COSTS: Final = {
    "Tr": 0, "Fa": 0, "Truth": 0, **dict.fromkeys((*_UNARY.values(), *_BINARY.values(), "Lt", "Le", "Eq", "Ne", "If"), 1),
    "And": 1, "Or": 1, "Min": 1, "Max": 1, "Len": 1, "Rev": LENGTH + 1, "Cat": 2 * LENGTH + 1, "Rep": LENGTH + 1,
    "Sum": LENGTH + 1, "Count": LENGTH + 1, "In": LENGTH + 1,
}  # fmt: skip
"""ticks of a term besides those of its operands; of several operands of `min` the last one is paid for once more"""
_ARITY: Final = {"Tr": 0, "Fa": 0, "If": 3, **dict.fromkeys((*_UNARY.values(), "Truth", "Len", "Rev", "Sum"), 1)}
_IMPLIED: Final[tuple[ir.Relation, ...]] = ("le", "ne")
"""what holds, too, where one int is less than another"""
_PRIMITIVE: Final = {"add": "+", "sub": "-", "mul": "*", "mod": "%", "and": "&", "or": "|", "xor": "^"}
_FOLDED: Final = {"add": "+", "sub": "-", "mul": "*", "and": "&", "or": "|", "xor": "^"}


@dataclass(slots=True)
class Terms:
    """Writes expressions as terms; a variable is a leaf, or a letter of a pattern."""

    pattern: bool = False
    leaves: dict[str, Expr] = field(default_factory=dict)

    @property
    def leaf_lines(self) -> list[str]:
        """The declarations of the leaves."""
        return [f"(constructor {name} () T :cost {_TICK * static_cost(e) + _NODE})" for name, e in self.leaves.items()]

    def of(self, e: Expr) -> str:
        """Return an expression as a term."""
        match e:
            case ir.Const(bool() as v):
                return "(Tr)" if v else "(Fa)"
            case ir.Const(v):
                return f"(Num {number(v)})"
            case ir.Var(name) if self.pattern:
                return f"(Num {name})" if name in LITERALS else name
            case ir.Unary("truth", operand) if operand.type == "int":
                return f"(Ne {self.of(operand)} (Num {number(0)}))"
            case ir.Unary(op, operand) if op != "truth":
                return f"({_UNARY[op]} {self.of(operand)})"
            case ir.Binary(op, left, right):
                return f"({_BINARY[op]} {self.of(left)} {self.of(right)})"
            case ir.Extremum(op, operands):
                return self._nested(op.capitalize(), operands)
            case ir.Logic(op, operands):
                return self._nested(op.capitalize(), operands)
            case ir.Compare(operands, relations) if all(o.type == "int" for o in operands):
                return self._chain(operands, relations)
            case ir.Choice(test, then, orelse):
                return f"(If {self.of(test)} {self.of(then)} {self.of(orelse)})"
        return self._list(e)

    def _list(self, e: Expr) -> str:
        ints = ir.ListOf("int")
        match e:
            case ir.Length(operand):
                return f"(Len {self.of(operand)})"
            case ir.Fold("sum", operand):
                return f"(Sum {self.of(operand)})"
            case ir.Reverse(operand):
                return f"(Rev {self.of(operand)})"
            case ir.Join(left, right):
                return f"(Cat {self.of(left)} {self.of(right)})"
            case ir.Repeat(operand, count):
                return f"(Rep {self.of(operand)} {self.of(count)})"
            case ir.Member(item, operand) if operand.type == ints:
                return f"(In {self.of(item)} {self.of(operand)})"
            case ir.Count(item, operand) if operand.type == ints:
                return f"(Count {self.of(item)} {self.of(operand)})"
        return self.leaf(e)

    def _nested(self, head: str, operands: Sequence[Expr]) -> str:
        text = self.of(operands[-1])
        for operand in reversed(operands[:-1]):
            text = f"({head} {self.of(operand)} {text})"
        return text

    def _chain(self, operands: Sequence[Expr], relations: Sequence[ir.Relation]) -> str:
        links = []
        for left, relation, right in zip(operands, relations, operands[1:], strict=False):
            head, turned = _RELATIONS[relation]
            a, b = (right, left) if turned else (left, right)
            links.append(f"({head} {self.of(a)} {self.of(b)})")
        text = links[-1]
        for link in reversed(links[:-1]):
            text = f"(And {link} {text})"
        return text

    def leaf(self, e: Expr) -> str:
        """Return a leaf: a variable, or what no rule looks into."""
        name = next((n for n, known in self.leaves.items() if known == e), f"L{len(self.leaves)}")
        self.leaves[name] = e
        return f"({name})"


def number(v: int) -> str:
    """Return an int of any length as the e-graph's own."""
    return f'(from-string "{v}")'


def cheaper(
    expressions: Sequence[Expr],
    bounds: Mapping[Name, tuple[int | None, int | None]],
    more: tuple[Rule, ...] = (),
    facts: tuple[Expr, ...] = (),
) -> list[Expr]:
    """Return for each expression one that the rules say is equal and that costs less, or the same expression.

    `bounds` are the least and the greatest value of variables, None where there is none; `more` are rules besides the table's;
    `facts` are comparisons of ints that hold.
    """
    if sum(1 for e in expressions for _ in ir.subexpressions(e)) > LEAVES:
        return [e for one in expressions for e in (cheaper([one], bounds, more, facts) if len(expressions) > 1 else [one])]
    writer = Terms()
    terms = [writer.of(e) for e in expressions]
    told = [line for fact in facts for line in fact_lines(fact, writer)]
    lines = writer.leaf_lines
    lines += [f"(let $t{i} {t})" for i, t in enumerate(terms)] + told
    for name, e in writer.leaves.items():
        low, high = bounds.get(e.name, (None, None)) if isinstance(e, ir.Var) else (None, None)
        lines += [f"(set (lo ({name})) {number(low)})"] if low is not None else []
        lines += [f"(set (hi ({name})) {number(high)})"] if high is not None else []
    graph = _rules(more, told=bool(facts))
    graph.run_program(*graph.parse_program("(push)"))
    try:
        asked = [f"(extract $t{i})" for i in range(len(terms))]
        found = graph.run_program(*graph.parse_program("\n".join([*lines, schedule(ROUNDS), *asked])))
    finally:
        graph.run_program(*graph.parse_program("(pop)"))
    made = [_Reader(o.termdag, writer.leaves).of(o.term) for o in found if isinstance(o, ExtractBest)]
    return [new if static_cost(new) < static_cost(e) else e for e, new in zip(expressions, made, strict=True)]


def schedule(rounds: int) -> str:
    """Return the command that applies every rule so many times."""
    calm = f"(let-scheduler calm (back-off :match-limit {MATCHES} :ban-length {REST}))"
    return f"(run-schedule {calm} (repeat {rounds} (seq (repeat 3 (run sizes)) (run-with calm steps))))"


@lru_cache(maxsize=KEPT)
def _rules(more: tuple[Rule, ...], *, told: bool) -> EGraph:
    """Return an e-graph with the rules and without terms."""
    graph = EGraph()
    graph.run_program(*graph.parse_program(theory((*RULES, *more), told=told)))
    return graph


def fact_lines(fact: Expr, writer: Terms) -> list[str]:
    """Return the commands that tell an e-graph of a comparison of ints that holds: what is equal is one, the rest is true."""
    match fact:
        case ir.Compare((left, right), ("eq",)):
            return [f"(union {writer.of(left)} {writer.of(right)})"]
        case ir.Compare((left, right), ("lt" | "gt",)):
            least, most = (left, right) if fact.relations == ("lt",) else (right, left)
            implied = [fact, *(ir.Compare((least, most), (r,)) for r in _IMPLIED)]
            return [f"(union {writer.of(e)} (Tr))" for e in implied]
    return [f"(union {writer.of(fact)} (Tr))"]


def theory(rules: Sequence[Rule], *, told: bool = False) -> str:
    """Return the terms, the bounds and some rules, as the e-graph reads them; `told` of facts, it looks conditions up there."""
    lines = ["(ruleset sizes)", "(ruleset steps)", "(sort T)", f"(constructor Num (BigInt) T :cost {_NODE})"]
    for head, ticks in _COSTS.items():
        lines.append(f"(constructor {head} ({' '.join(['T'] * _ARITY.get(head, 2))}) T :cost {_TICK * ticks + _NODE})")
    lines += ["(function lo (T) BigInt :merge (max old new))", "(function hi (T) BigInt :merge (min old new))"]
    lines += ["(rule ((= e (Num c))) ((set (lo e) c) (set (hi e) c)) :ruleset sizes)"]
    for op, sign in _FOLDED.items():
        lines.append(f"(rewrite ({_BINARY[op]} (Num c) (Num d)) (Num ({sign} c d)) :ruleset steps)")
    lines.append(f"(rewrite (Neg (Num c)) (Num (- {number(0)} c)) :ruleset steps)")
    lines += [f"(rewrite (Shl (Num {number(1)}) (Num {number(k)})) (Num {number(1 << k)}) :ruleset steps)" for k in range(65)]
    lines += dict.fromkeys(line for rule in rules for line in _rewrites(rule, told=told))  # none may be there twice
    lines += map(_bound, BOUNDS)
    return "\n".join(lines) + "\n"


def _rewrites(rule: Rule, *, told: bool) -> list[str]:
    write = Terms(pattern=True).of
    left, right = map(write, rule.sides)
    pairs = [(left, right), (right, left)] if rule.both else [(left, right)]
    choices = [""]
    for e in rule.conditions:
        choices = [f"{c} {more}" for c in choices for more in _asked(e, told=told)]
    return [f"(rewrite {a} {b}{f' :when ({c})' if c else ''} :ruleset steps)" for a, b in pairs for c in choices]


def _asked(e: Expr, *, told: bool) -> list[str]:
    """Return the facts each of which is enough for a condition of a rule; none where it is no comparison of two ints."""
    if not isinstance(e, ir.Compare) or len(e.relations) > 1 or any(o.type != "int" for o in e.operands):
        return []
    (left, right), (relation,) = e.operands, e.relations
    if ir.variables(e) <= set(LITERALS):
        sign = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "=", "ne": "!="}[relation]
        return [f"({sign} {_amount(left)} {_amount(right)})"]
    known = [_told(e)] if told else []
    if relation in ("lt", "le"):
        left, right, relation = right, left, "gt" if relation == "lt" else "ge"
    more = f"(> {_end(left, 'lo')} {_end(right, 'hi')})"
    least = f"(>= {_end(left, 'lo')} {_end(right, 'hi')})"
    if relation == "ne":
        return [more, f"(< {_end(left, 'hi')} {_end(right, 'lo')})", *known]
    if relation == "eq":
        return [f"{least} (<= {_end(left, 'hi')} {_end(right, 'lo')})", *known]
    return [more if relation == "gt" else least, *known]


def _told(e: ir.Compare) -> str:
    """Return the fact that an e-graph was told, or found out, that a comparison holds."""
    write = Terms(pattern=True).of
    if e.relations == ("eq",):
        return f"(= {write(e.operands[0])} {write(e.operands[1])})"
    return f"(= {write(e)} (Tr))"


def _end(e: Expr, end: str) -> str:
    """Return a bound of a term, or a literal."""
    if ir.variables(e) - set(LITERALS):
        return f"({end} {Terms(pattern=True).of(e)})"
    return _amount(e)


def _amount(e: Expr) -> str:
    """Return what the e-graph computes from ints that it knows."""
    match e:
        case ir.Const(v):
            return number(v)
        case ir.Var(name):
            return name
        case ir.Unary("neg", operand):
            return f"(- {number(0)} {_amount(operand)})"
        case ir.Extremum(op, (a, b)):
            return f"({op} {_amount(a)} {_amount(b)})"
        case ir.Binary(op, left, right):
            return f"({_PRIMITIVE[op]} {_amount(left)} {_amount(right)})"
    raise TypeError(f"{type(e).__name__} is no amount")


def _bound(bound: Bound) -> str:
    end, amount = ("lo", bound.low) if bound.low else ("hi", bound.high)
    facts = [f"(= e {Terms(pattern=True).of(parsed(bound.term))})"]
    facts += [f"(= {n} ({'lo' if n.endswith('_low') else 'hi'} {n.split('_')[0]}))" for n in bound.ends]
    facts += [text for e in bound.conditions for text in _known(e)]
    return f"(rule ({' '.join(facts)}) ((set ({end} e) {_amount(parsed(amount))})) :ruleset sizes)"


def _known(e: Expr) -> list[str]:
    if not isinstance(e, ir.Compare):
        raise TypeError("the condition of a bound compares")
    sign = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}[e.relations[0]]
    return [f"({sign} {' '.join(map(_amount, e.operands))})"]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads terms as expressions."""

    dag: TermDag
    leaves: Mapping[str, Expr]

    def of(self, number: int) -> Expr:
        """Return a term, by its number, as an expression."""
        term = self.dag.get(number)
        if not isinstance(term, TermApp):
            raise TypeError("a term is made of applications")
        if term.name in self.leaves:
            return self.leaves[term.name]
        if term.name == "Num":
            return ir.Const(self._literal(term.args[0]))
        return _expression(term.name, [self.of(a) for a in term.args])

    def _literal(self, number: int) -> int:
        term = self.dag.get(number)
        if isinstance(term, TermApp):
            return self._literal(term.args[0])
        if isinstance(term, TermLit):
            return int(getattr(term.value, "value"))  # noqa: B009 - a literal of the library, text or int
        raise TypeError("a number is a literal")


def _expression(head: str, es: Sequence[Expr]) -> Expr:  # noqa: PLR0912 - one arm a head
    for table, kind in ((_UNARY, ir.Unary), (_BINARY, ir.Binary)):
        for op, name in table.items():
            if name == head:
                return kind(op, *es)  # type: ignore[arg-type]  # the keys are the operators
    match head, es:
        case "Tr" | "Fa", _:
            return ir.Const(head == "Tr")
        case "If", (test, then, orelse):
            return ir.Choice(test, then, orelse)
        case "Min" | "Max", _:
            end: Literal["min", "max"] = "min" if head == "Min" else "max"
            parts = (e.operands if isinstance(e, ir.Extremum) and e.op == end else (e,) for e in es)
            return ir.Extremum(end, tuple(o for part in parts for o in part))
        case "And" | "Or", _:
            return _logic("and" if head == "And" else "or", es)
        case "Lt" | "Le" | "Eq" | "Ne", (a, b):
            return _compared(head, a, b)
        case "Len", (a,):
            return ir.Length(a)
        case "Sum", (a,):
            return ir.Fold("sum", a)
        case "Rev", (a,):
            return ir.Reverse(a)
        case "Cat", (a, b):
            return ir.Join(a, b)
        case "Rep", (a, b):
            return ir.Repeat(a, b)
        case "In", (a, b):
            return ir.Member(a, b)
        case "Count", (a, b):
            return ir.Count(a, b)
    raise TypeError(f"{head} is no head")


def _compared(head: str, a: Expr, b: Expr) -> Expr:
    """Return a comparison, with a literal on the right."""
    relation: ir.Relation = {"Lt": "lt", "Le": "le", "Eq": "eq", "Ne": "ne"}[head]  # type: ignore[assignment]  # these are relations
    if isinstance(a, ir.Const) and not isinstance(b, ir.Const):
        turned: dict[ir.Relation, ir.Relation] = {"lt": "gt", "le": "ge"}
        return ir.Compare((b, a), (turned.get(relation, relation),))
    return ir.Compare((a, b), (relation,))


def _logic(op: str, es: Sequence[Expr]) -> Expr:
    """Return `and` or `or`, flat; comparisons of an `and` that have an operand in common are a chain."""
    flat = [o for e in es for o in (e.operands if isinstance(e, ir.Logic) and e.op == op else (e,))]
    if op == "or":
        return ir.Logic("or", tuple(flat))
    out: list[Expr] = []
    for e in flat:
        joined = _chained(out[-1], e) if out else None
        if joined is not None:
            out[-1] = joined
        else:
            out.append(e)
    return out[0] if len(out) == 1 else ir.Logic("and", tuple(out))


def _turned(e: ir.Compare) -> ir.Compare:
    other: dict[ir.Relation, ir.Relation] = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
    return ir.Compare(e.operands[::-1], tuple(other.get(r, r) for r in e.relations[::-1]))


def _chained(a: Expr, b: Expr) -> Expr | None:
    """Return two comparisons as one chain, None where they have no operand in common that may stand between them."""
    if isinstance(a, ir.Compare) and isinstance(b, ir.Compare):
        for left in (a, _turned(a)):
            for right in (b, _turned(b)):
                if left.operands[-1] == right.operands[0]:
                    return ir.Compare((*left.operands, *right.operands[1:]), (*left.relations, *right.relations))
    return None

