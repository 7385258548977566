"""Random well-typed expressions and programs over tuples, lists and bits, as Python source text, and inputs for them."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from verify.types import Value

PARAMETERS = {
    "a": "int", "b": "int", "p": "bool", "xs": "list[int]", "ys": "list[int]", "t": "tuple[int, bool]", "rows": "list[list[int]]",
}  # fmt: skip
HEAD = f"def f({', '.join(f'{n}: {t}' for n, t in PARAMETERS.items())}) -> "
SMALL = (0, 1, 2, 3, 4, 5, 7, 8, 12, 63, -1, -2, -3, -8)


@dataclass
class Generator:
    """Writes expressions over a scope of names by type."""

    rng: random.Random
    counter: int = 0
    contract: bool = True
    """whether to write what only contracts may hold"""
    scope: dict[str, str] = field(default_factory=lambda: dict(PARAMETERS))

    def name(self, kind: str) -> str:
        return self.rng.choice([n for n, t in self.scope.items() if t == kind])

    def of(self, kind: str, depth: int) -> str:
        """Return an expression of one of the types that a parameter or a list of parameters has."""
        return {"int": self.integer, "bool": self.truth, "list[int]": self.row, "tuple[int, bool]": self.pair,
                "list[list[int]]": self.table}[kind](depth)  # fmt: skip

    def integer(self, depth: int) -> str:
        r = self.rng
        if depth <= 0 or r.random() < 0.1:
            return self.name("int") if r.random() < 0.6 else str(r.choice(SMALL))
        i, d = self.integer, depth - 1
        return self.written([
            lambda: f"({i(d)} {r.choice(['+', '-', '*', '//', '%'])} {i(d)})",
            lambda: f"({i(d)} {r.choice(['<<', '>>'])} {r.choice([str(r.choice(SMALL)), i(d)])})",
            lambda: f"({i(d)} {r.choice('&|^')} {i(d)})",
            lambda: f"({i(d)} {r.choice('&|^')} {r.choice([15, 7, 6, 45, -2, -12])})",
            lambda: f"(~{i(d)})",
            lambda: f"({r.choice([i(d), '2', '-3'])} ** {r.choice(['0', '2', '3', i(d)])})",
            lambda: f"pow({i(d)}, {r.choice(['3', i(d)])}, {i(d)})",
            lambda: f"{self.row(d)}[{i(d)}]",
            lambda: f"{self.table(d)}[{i(d)}][{i(d)}]",
            lambda: f"{self.pair(d)}[0]",
            lambda: f"len({r.choice([self.row, self.table])(d)})",
            lambda: f"{self.row(d)}.count({i(d)})",
            lambda: f"{r.choice(['sum', 'min', 'max'])}({self.row(d)})",
            lambda: f"sum({self.generator('int', d)})",
            lambda: f"({i(d)} if {self.truth(d)} else {i(d)})",
            lambda: f"{self.in_order(d)}[{i(d)}]",
        ])  # fmt: skip

    def truth(self, depth: int) -> str:
        r = self.rng
        if depth <= 0 or r.random() < 0.1:
            return r.choice([self.name("bool"), "True", "False"])
        d = depth - 1
        return self.written([
            lambda: f"({self.integer(d)} {r.choice(['<', '<=', '==', '!='])} {self.integer(d)})",
            lambda: f"({self.row(d)} {r.choice(['==', '!='])} {self.row(d)})",
            lambda: f"({self.table(d)} == {self.table(d)} != {self.table(d)})",
            lambda: f"({self.pair(d)} == {self.pair(d)})",
            lambda: f"({self.integer(d)} {r.choice(['in', 'not in'])} {self.row(d)})",
            lambda: f"({self.row(d)} in {self.table(d)})",
            lambda: f"{self.pair(d)}[1]",
            lambda: f"{r.choice(['all', 'any'])}({self.generator('bool', d)})",
            lambda: f"{r.choice(['all', 'any'])}([{self.generator('bool', d)}])",
            lambda: f"(not {r.choice([self.truth, self.row, self.integer])(d)})",
            lambda: f"({self.truth(d)} {r.choice(['and', 'or'])} {self.truth(d)})",
        ])  # fmt: skip

    def row(self, depth: int) -> str:
        r = self.rng
        if depth <= 0 or r.random() < 0.1:
            return self.name("list[int]") if r.random() < 0.8 else f"[{self.integer(0)}, {self.integer(0)}]"
        i, d = self.integer, depth - 1
        return self.written([
            lambda: f"[{', '.join(i(d) for _ in range(r.randrange(1, 4)))}]",
            lambda: f"{self.row(d)}[{r.choice(['', i(d), '1'])}:{r.choice(['', i(d), '-1'])}]",
            lambda: f"{self.row(d)}[::-1]",
            lambda: f"({self.row(d)} + {self.row(d)})",
            lambda: f"({self.row(d)} * {r.choice(['2', i(d)])})",
            lambda: f"[{self.generator('int', d)}]",
            lambda: f"list(range({self.bounds(d)}))",
            lambda: f"{self.table(d)}[{i(d)}]",
            lambda: f"({self.row(d)} if {self.truth(d)} else {self.row(d)})",
            lambda: self.in_order(d),
        ])  # fmt: skip

    def in_order(self, depth: int) -> str:
        return f"sorted({self.row(depth)})" if self.contract else self.row(depth)

    def table(self, depth: int) -> str:
        r, d = self.rng, depth - 1
        if depth <= 0 or r.random() < 0.3:
            return self.name("list[list[int]]")
        return self.written([
            lambda: f"[{self.row(d)}, {self.row(d)}]",
            lambda: f"({self.table(d)} + {self.table(d)})",
            lambda: f"{self.table(d)}[{self.integer(d)}:]",
            lambda: f"[{self.generator('list[int]', d)}]",
        ])  # fmt: skip

    def pair(self, depth: int) -> str:
        if depth <= 0 or self.rng.random() < 0.3:
            return self.name("tuple[int, bool]")
        d = depth - 1
        return self.written([
            lambda: f"({self.integer(d)}, {self.truth(d)})",
            lambda: f"({self.pair(d)} if {self.truth(d)} else {self.pair(d)})",
        ])  # fmt: skip

    def generator(self, kind: str, depth: int) -> str:
        """Return a generator of values of a type, over a list or a range, with or without a test."""
        r, before = self.rng, dict(self.scope)
        own, source = r.choice([
            ("int", self.row(depth)), ("int", f"range({self.bounds(depth)})"), ("list[int]", self.table(depth)),
        ])  # fmt: skip
        self.counter += 1
        variable = f"x{self.counter}"
        self.scope[variable] = own
        made, test = self.of(kind, depth), f" if {self.truth(depth)}" if r.random() < 0.4 else ""
        self.scope = before
        return f"{made} for {variable} in {source}{test}"

    def bounds(self, depth: int) -> str:
        r = self.rng
        ends = [self.integer(depth) for _ in range(r.choice([1, 2, 2, 3]))]
        if len(ends) == 3:
            ends[2] = r.choice(["2", "-1", self.integer(depth)])
            ends[2] = "1" if ends[2] == "0" else ends[2]
        return ", ".join(ends)

    def written(self, forms: Sequence[Callable[[], str]]) -> str:
        return self.rng.choice(forms)()

    # -- statements -----------------------------------------------------------------------------------------------------

    def block(self, depth: int, indent: int, *, loop: bool) -> list[str]:
        lines: list[str] = []
        for _ in range(self.rng.choice([1, 2, 2, 3])):
            lines += self.statement(depth, indent, loop=loop)
            if lines[-1].strip() in ("break", "continue"):
                break
        return lines

    def statement(self, depth: int, indent: int, *, loop: bool) -> list[str]:
        """Return a statement: changes are of the lists `own` and `grid`, which the program made itself."""
        r, pad = self.rng, "    " * indent
        simple = [
            lambda: [f"{pad}a = {self.integer(2)}"],
            lambda: [f"{pad}b += {self.integer(1)}"],
            lambda: [f"{pad}t = {self.pair(2)}"],
            lambda: [f"{pad}a, p = {self.pair(1)}"],
            lambda: [f"{pad}own.append({self.integer(1)})"],
            lambda: [f"{pad}own += {self.row(1)}"],
            lambda: [f"{pad}own[{self.integer(1)}] = {self.integer(1)}"],
            lambda: [f"{pad}grid[{self.integer(0)}][{self.integer(0)}] = {self.integer(1)}"],
            lambda: [f"{pad}if own:", f"{pad}    b = own.pop()"],
            lambda: [f"{pad}{r.choice(['break', 'continue'])}" if loop else f"{pad}b = a"],
        ]
        nested = [
            lambda: [f"{pad}if {self.truth(2)}:", *self.block(depth - 1, indent + 1, loop=loop)],
            lambda: [f"{pad}if {self.truth(1)}:", f"{pad}    return {self.integer(1)}"],
            lambda: [f"{pad}for b in {self.row(1)}:", *self.block(depth - 1, indent + 1, loop=True)],
            lambda: [f"{pad}for a in range({self.integer(1)} % 5):", *self.block(depth - 1, indent + 1, loop=True)],
            lambda: self.forever(depth, indent),
        ]
        return r.choice(simple)() if depth <= 0 or r.random() < 0.5 else r.choice(nested)()

    def forever(self, depth: int, indent: int) -> list[str]:
        """Return a `while True` that a counter of its own ends."""
        pad = "    " * indent
        self.counter += 1
        k = f"k{self.counter}"
        head = [f"{pad}{k} = 0", f"{pad}while True:", f"{pad}    {k} += 1"]
        return [*head, f"{pad}    if {k} > {self.rng.randrange(4)} or {self.truth(1)}:", f"{pad}        break",
                *self.block(depth - 1, indent + 1, loop=True)]  # fmt: skip


def expression(rng: random.Random, kind: str) -> str:
    """Return one expression of a type of `PARAMETERS`."""
    return Generator(rng).of(kind, rng.choice([1, 2, 2, 3]))


def program(rng: random.Random) -> str:
    """Return a function `f` that changes lists of its own, in loops that end."""
    g = Generator(rng, contract=False)
    lines = ["    own = [0, 0]", "    grid = [[0, 1], [2, 3]]"]
    g.scope["own"] = "list[int]"
    for _ in range(rng.choice([2, 3])):
        lines += g.statement(2, 1, loop=False)
    return "\n".join([HEAD + "int:", *lines, f"    return {g.integer(2)} + sum(own) + grid[0][0]"]) + "\n"


def inputs(rng: random.Random, count: int) -> list[tuple[Value, ...]]:
    """Return inputs with lists of up to 3 elements, and up to 2 in inner ones."""

    def one(kind: str) -> Value:
        match kind:
            case "int":
                return rng.choice(SMALL)
            case "bool":
                return rng.random() < 0.5
            case "tuple[int, bool]":
                return (one("int"), one("bool"))
            case "list[int]":
                return [one("int") for _ in range(rng.randrange(4))]
            case _:
                return [[one("int") for _ in range(rng.randrange(3))] for _ in range(rng.randrange(4))]

    return [tuple(map(one, PARAMETERS.values())) for _ in range(count)]
