"""Random well-typed programs of the language, as Python source text, and inputs for them; a seed fixes them."""

import random
from dataclasses import dataclass, field

PARAMETERS = {"a": "int", "b": "int", "c": "int", "p": "bool", "q": "bool"}
HEAD = f"def f({', '.join(f'{n}: {t}' for n, t in PARAMETERS.items())}) -> "


@dataclass
class Generator:
    """Writes expressions and statements over a scope of names by type."""

    rng: random.Random
    counters: int = 0
    scope: dict[str, str] = field(default_factory=lambda: dict(PARAMETERS))

    def names(self, kind: str) -> list[str]:
        return [n for n, t in self.scope.items() if t == kind]

    def integer(self, depth: int) -> str:
        """Return an int expression."""
        r = self.rng
        if depth == 0 or r.random() < 0.15:
            return r.choice(self.names("int")) if r.random() < 0.6 else str(r.choice([0, 1, 2, 3, 5, 7, -1, -2, -7, 100]))
        match r.randrange(10):
            case 0:
                return f"(-{self.integer(depth - 1)})"
            case 1:
                return f"abs({self.integer(depth - 1)})"
            case 2:
                operands = ", ".join(self.integer(depth - 1) for _ in range(r.choice([2, 2, 3])))
                return f"{r.choice(['min', 'max'])}({operands})"
            case 3:
                return f"({self.integer(depth - 1)} if {self.test(depth - 1)} else {self.integer(depth - 1)})"
            case _:
                op = r.choice(["+", "-", "*", "//", "//", "%", "%"])
                return f"({self.integer(depth - 1)} {op} {self.integer(depth - 1)})"

    def truth(self, depth: int) -> str:
        """Return a bool expression."""
        r = self.rng
        if depth == 0 or r.random() < 0.1:
            return r.choice([*self.names("bool"), "True", "False"])
        match r.randrange(8):
            case 0:
                return f"(not {self.test(depth - 1)})"
            case 1:
                operands = [self.truth(depth - 1) for _ in range(r.choice([2, 2, 3]))]
                return "(" + "".join(o + r.choice([" == ", " != "]) for o in operands[:-1]) + operands[-1] + ")"
            case 2 | 3:
                return "(" + r.choice([" and ", " or "]).join(self.truth(depth - 1) for _ in range(r.choice([2, 2, 3]))) + ")"
            case 4:
                return f"({self.truth(depth - 1)} if {self.test(depth - 1)} else {self.truth(depth - 1)})"
            case _:
                operands = [self.integer(depth - 1) for _ in range(r.choice([2, 2, 3, 4]))]
                relations = [r.choice(["<", "<=", ">", ">=", "==", "!="]) for _ in operands[1:]]
                return "(" + operands[0] + "".join(f" {s} {o}" for s, o in zip(relations, operands[1:], strict=True)) + ")"

    def test(self, depth: int) -> str:
        """Return what may stand in a test: a bool, or an int that counts as true where it is not zero."""
        r = self.rng
        if depth > 0 and r.random() < 0.2:
            return "(" + r.choice([" and ", " or "]).join(self.test(depth - 1) for _ in range(2)) + ")"
        return self.integer(depth) if r.random() < 0.25 else self.truth(depth)

    def expression(self, kind: str, depth: int) -> str:
        return self.integer(depth) if kind == "int" else self.truth(depth)

    def block(self, depth: int, indent: int, result: str) -> tuple[list[str], bool]:
        """Return lines, and whether every path through them returns; names that they bind are not in scope afterwards."""
        lines: list[str] = []
        before = dict(self.scope)
        ended = False
        for _ in range(self.rng.choice([1, 2, 2, 3])):
            more, ended = self.statement(depth, indent, result)
            lines += more
            if ended:
                break
        self.scope = before
        return lines, ended

    def statement(self, depth: int, indent: int, result: str) -> tuple[list[str], bool]:
        r, pad = self.rng, "    " * indent
        kind = r.randrange(12) if depth > 0 else r.randrange(5)
        match kind:
            case 0 | 1 | 2:
                return [pad + self.assignment()], False
            case 3:
                name = r.choice(self.names("int"))
                return [f"{pad}{name} {r.choice(['+=', '-=', '*=', '//=', '%='])} {self.integer(1)}"], False
            case 4:
                if r.random() < 0.5:
                    return [f"{pad}return {self.expression(result, 2)}"], True
                one, two = r.sample(self.names("int"), 2)
                return [f"{pad}{one}, {two} = {self.integer(1)}, {self.integer(1)}"], False
            case 5 | 6 | 7 | 8:
                then, first = self.block(depth - 1, indent + 1, result)
                lines = [f"{pad}if {self.test(2)}:", *then]
                if r.random() < 0.5:
                    return lines, False
                orelse, second = self.block(depth - 1, indent + 1, result)
                return [*lines, f"{pad}else:", *orelse], first and second
            case 9:
                return self.while_loop(depth, indent, result), False
            case _:
                return self.for_loop(depth, indent, result), False

    def assignment(self) -> str:
        r = self.rng
        if r.random() < 0.25:
            name = r.choice(self.names("bool"))
            return f"{name} = {self.truth(2)}"
        value = self.integer(2)
        if r.random() < 0.2:
            one, two = r.sample(self.names("int"), 2)
            return f"{one} = {two} = {value}"
        name = r.choice([*self.names("int"), "x", "y"])
        self.scope[name] = "int"
        return f"{name} = {value}"

    def while_loop(self, depth: int, indent: int, result: str) -> list[str]:
        """Return a `while` that a counter of its own ends; the test is read between its turns."""
        pad = "    " * indent
        self.counters += 1
        k = f"k{self.counters}"
        test = self.test(1)
        body, ended = self.block(depth - 1, indent + 1, result)
        step: list[str] = [] if ended else [f"{pad}    {k} += 1"]
        return [f"{pad}{k} = 0", f"{pad}while {k} < {self.rng.randrange(1, 5)} and {test}:", *body, *step]

    def for_loop(self, depth: int, indent: int, result: str) -> list[str]:
        r, pad = self.rng, "    " * indent
        some = range(r.choice([1, 1, 2, 3]))
        bounds = [r.choice([self.integer(0), f"{self.integer(1)} % 5", str(r.randrange(5))]) for _ in some]
        if len(bounds) == 3:
            bounds[2] = r.choice(["1", "-1", "2", "-3", self.integer(0), "a - b"])
            if bounds[2] == "0":
                bounds[2] = "1"
        before = dict(self.scope)
        name = r.choice(["i", "j", r.choice(self.names("int"))])
        self.scope[name] = "int"
        body, _ = self.block(depth - 1, indent + 1, result)
        self.scope = before
        return [f"{pad}for {name} in range({', '.join(bounds)}):", *body]


def expression(rng: random.Random, kind: str) -> str:
    """Return a function `f` that returns one expression."""
    return f"{HEAD}{kind}:\n    return {Generator(rng).expression(kind, rng.choice([1, 2, 3, 4]))}\n"


def program(rng: random.Random) -> str:
    """Return a function `f` with branches and loops that end."""
    g, kind = Generator(rng), rng.choice(["int", "int", "bool"])
    lines, ended = [], False
    for _ in range(rng.choice([2, 3, 4])):
        more, ended = g.statement(2, 1, kind)
        lines += more
        if ended:
            break
    last = [] if ended else [f"    return {g.expression(kind, 2)}"]
    return "\n".join([f"{HEAD}{kind}:", *lines, *last]) + "\n"


def inputs(rng: random.Random, count: int) -> list[tuple[int | bool, ...]]:
    """Return inputs of the parameters; zeros and small ints of both signs are frequent."""
    small = [0, 0, 1, 2, 3, 4, 6, -1, -2, -3, -5, 9]
    return [tuple(rng.choice(small) if t == "int" else rng.random() < 0.5 for t in PARAMETERS.values()) for _ in range(count)]
