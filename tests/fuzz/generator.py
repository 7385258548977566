"""Random well-typed functions, as Python text; a seed fixes them, whatever the hash seed.

One method a construct, which is why the module is long.
"""

import random
from collections.abc import Callable
from typing import Final

from tests.fuzz.terms import BITS, PLAIN, WHOLE, Mode, Profile, Signature, Terms
from tests.fuzz.values import ELEMENT, HOLDS_LIST, PARTS, SCALARS, TYPES, Arguments, inputs

__all__ = ["PLAIN", "WHOLE", "Profile", "case", "expression", "program"]

CARELESS: Final = 0.06
"""share of programs in which lists that are changed may get a second name"""
RECURSIVE: Final = 0.1
"""share of programs that call themselves"""
CALLING: Final = 0.2
"""share of programs that have another function to call, and of those that have a second one"""
NAMES: Final = ("g", "h")
"""of functions that are called"""
Lines = list[str]


def program(rng: random.Random, profile: Profile = WHOLE) -> tuple[str, tuple[str, ...]]:
    """Return a function `f`, after those that it calls, and the types of its parameters."""
    texts: list[str] = []
    others: tuple[Signature, ...] = ()
    while profile.calls and len(others) < len(NAMES) and rng.random() < CALLING:
        one = _Function(rng, profile, NAMES[len(others)], others)
        text, parameters = one.whole(short=True)
        texts.append(text + "\n\n")
        others = (*others, Signature(one.name, parameters, one.result))
    text, parameters = _Function(rng, profile, "f", others).whole()
    return "".join(texts) + text, parameters


def expression(rng: random.Random, profile: Profile = WHOLE, result: str = "") -> tuple[str, tuple[str, ...]]:
    """Return a function `f` that returns one expression, and the types of its parameters."""
    return _Function(rng, profile).only(result)


def case(seed: int, number: int, count: int, profile: Profile = WHOLE) -> tuple[str, list[Arguments]]:
    """Return program number `number` of a seed, and inputs for it; one in eight is a single expression."""
    rng = random.Random(seed << 40 | number)
    text, parameters = (expression if rng.random() < 0.125 else program)(rng, profile)
    return text, inputs(rng, parameters, count)


class _Function:
    """Writes one function; `block` and what it calls return lines, and whether no path goes on after them."""

    def __init__(self, rng: random.Random, profile: Profile, name: str = "f", others: tuple[Signature, ...] = ()) -> None:
        self.rng, self.profile, self.name = rng, profile, name
        self.terms = Terms(rng, profile, careless=rng.random() < CARELESS, others=others)
        self.kinds: dict[str, str] = {}
        """the type of every name that was ever bound; a name keeps it"""
        self.locked: set[str] = set()
        """counters that end loops"""
        self.busy: list[str] = []
        """lists that loops go over, which may not be changed there"""
        self.leaving: list[bool] = []
        """for each loop around, whether a `break` leaves it"""
        self.going_on: list[bool] = []
        """for each loop around, whether `continue` may stand in it"""
        self.parameters = self._parameters()
        self.result = rng.choice(TYPES) if profile.sequences else rng.choice(("int", "int", "bool"))

    def _parameters(self) -> dict[str, str]:
        r = self.rng
        if not self.profile.sequences:
            found = {"a": "int", "b": "int", "c": "int", "p": "bool"}
        else:
            found = {"a": "int"} | {n: r.choice(TYPES) for n in "bcd"[: r.randrange(4)]}
        self.terms.scope = dict(found)
        self.kinds = dict(found)
        return found

    def head(self) -> str:
        return f"def {self.name}({', '.join(f'{n}: {t}' for n, t in self.parameters.items())}) -> {self.result}:"

    def only(self, result: str) -> tuple[str, tuple[str, ...]]:
        self.result = result or self.result
        value = self.terms.value(self.result, self.rng.choice((1, 2, 3, 4)), due=True)
        return f"{self.head()}\n    return {value}\n", tuple(self.parameters.values())

    def whole(self, *, short: bool = False) -> tuple[str, tuple[str, ...]]:
        if self.profile.jumps and self.rng.random() < RECURSIVE:
            return self.recursive()
        count, depth = ((1, 1, 2), (0, 1, 1)) if short else ((1, 2, 2, 3, 3, 4, 5), (1, 2, 2, 3))
        lines, ended = self.lines(self.rng.choice(count), self.rng.choice(depth), 1)
        if not ended:
            lines.append(f"    return {self.returned()}")
        return "\n".join([self.head(), *lines]) + "\n", tuple(self.parameters.values())

    def recursive(self) -> tuple[str, tuple[str, ...]]:
        """Write a function that calls itself with a smaller first argument, on lines of their own or as it returns."""
        r = self.rng
        self.locked.add("a")
        lines = [f"    if {r.choice(('a <= 0', 'a <= 1 or a > 6', 'not 0 < a < 5'))}:", f"        return {self.returned()}"]
        ended = False
        if r.random() < 0.5:
            more, ended = self.lines(1, 1, 1)
            lines += more
        for _ in range(0 if ended else r.choice((0, 1, 1, 2))):
            value = self.called()
            if r.random() < 0.2:
                more, _ = self.block(0, 2)
                lines += [f"    if {self.terms.test(1)}:", *more]
            name = self.fresh(self.result)
            self.terms.scope[name] = self.result
            lines.append(f"    {name} = {value}")
        if not ended and r.random() < 0.5:
            more, ended = self.lines(2, 2, 1)
            lines += more
        if ended:
            return "\n".join([self.head(), *lines]) + "\n", tuple(self.parameters.values())
        last, test = self.returned(), self.terms.test(1)
        match r.randrange(4):
            case 0:
                last = self.called()
            case 1:
                last = f"{self.called()} if {test} else {last}"
            case 2 if self.result == "int":
                sides = [self.called(), self.terms.integer(0)]
                last = r.choice(("+", "-", "*")).join(r.sample(sides, 2))
            case 3 if self.result == "bool":
                last = f"{self.terms.truth(1)} {r.choice(('and', 'or'))} {self.called()}"
        return "\n".join([self.head(), *lines, f"    return {last}"]) + "\n", tuple(self.parameters.values())

    def called(self) -> str:
        """Write a call of the function itself; its arguments raise nothing, and no changed list goes in."""
        first = f"a - {self.rng.choice((1, 1, 2))}"
        rest = [self.terms.value(t, 0, "share") for t in list(self.parameters.values())[1:]]
        return f"{self.name}({', '.join([first, *rest])})"

    # -- blocks ---------------------------------------------------------------------------------------------------------

    def lines(self, count: int, depth: int, indent: int) -> tuple[Lines, bool]:
        out: Lines = []
        for _ in range(count):
            more, ended = self.statement(depth, indent)
            out += more
            if ended:
                return out, True
        return out, False

    def block(self, depth: int, indent: int) -> tuple[Lines, bool]:
        """Write a block; names that it binds are not in scope afterwards."""
        before = dict(self.terms.scope)
        lines, ended = self.lines(self.rng.choice((1, 1, 2, 2, 3)), depth, indent)
        self.terms.scope = before
        return lines, ended

    def statement(self, depth: int, indent: int) -> tuple[Lines, bool]:
        r, pad = self.rng, "    " * indent
        x = r.random()
        if self.leaving and x < 0.12 and self.profile.jumps:
            return self.jump(indent)
        if depth > 0 and x < 0.45:
            return self.branch(depth, indent) if r.random() < 0.4 else self.loop(depth, indent)
        if indent > 1 and x > 0.97:
            return [f"{pad}return {self.returned()}"], True
        if self.profile.sequences and x < 0.68:
            return [pad + line for line in self.change()], False
        return [pad + self.assignment()], False

    def returned(self) -> str:
        return self.terms.value(self.result, 2, due=True)

    def jump(self, indent: int) -> tuple[Lines, bool]:
        """Write a `break` or a `continue`, mostly under a test."""
        pad = "    " * indent
        word = "continue" if self.going_on[-1] and self.rng.random() < 0.5 else "break"
        if word == "break":
            self.leaving[-1] = True
        if indent > 2 and self.rng.random() < 0.3:
            return [pad + word], True
        return [f"{pad}if {self.terms.test(2)}:", f"{pad}    {word}"], False

    def branch(self, depth: int, indent: int) -> tuple[Lines, bool]:
        pad = "    " * indent
        before = dict(self.terms.scope)
        test = self.terms.test(2)
        then, ended = self.lines(self.rng.choice((1, 1, 2, 3)), depth - 1, indent + 1)
        after_then = self.terms.scope
        self.terms.scope = dict(before)
        if self.rng.random() < 0.5:
            return [f"{pad}if {test}:", *then], False
        orelse, other_ended = self.lines(self.rng.choice((1, 1, 2, 3)), depth - 1, indent + 1)
        after = self.terms.scope
        if ended and other_ended:
            self.terms.scope = before
        elif not ended:
            self.terms.scope = after_then if other_ended else {n: t for n, t in after_then.items() if n in after}
        if len(orelse) > 1 and orelse[0].startswith(f"{pad}    if ") and all(s.startswith(pad + "     ") for s in orelse[1:]):
            return [f"{pad}if {test}:", *then, f"{pad}el{orelse[0].strip()}", *(s[4:] for s in orelse[1:])], ended and other_ended
        return [f"{pad}if {test}:", *then, f"{pad}else:", *orelse], ended and other_ended

    # -- loops ----------------------------------------------------------------------------------------------------------

    def loop(self, depth: int, indent: int) -> tuple[Lines, bool]:
        x = self.rng.random()
        if x < 0.35:
            return self.counted(depth, indent)
        if x < 0.45 and self.profile.jumps:
            return self.endless(depth, indent)
        mine = [n for n, t in self.terms.scope.items() if n in self.terms.owned and t in ELEMENT and n not in self.busy]
        if mine and x < 0.5:
            return self.draining(self.rng.choice(mine), depth, indent)
        return self.over_list(depth, indent) if x < 0.7 and self.profile.sequences else self.over_range(depth, indent)

    def body(self, depth: int, indent: int, *, going_on: bool = True) -> tuple[Lines, bool, bool]:
        """Write a loop's body; the third part says whether a `break` leaves the loop."""
        self.leaving.append(False)
        self.going_on.append(going_on)
        lines, ended = self.block(depth - 1, indent + 1)
        self.going_on.pop()
        return lines, ended, self.leaving.pop()

    def counter(self) -> str:
        name = f"k{sum(n.startswith('k') for n in self.kinds)}"
        self.kinds[name] = self.terms.scope[name] = "int"
        self.locked.add(name)
        return name

    def counted(self, depth: int, indent: int) -> tuple[Lines, bool]:
        """Write a `while` that a counter of its own ends, which it moves first or last in a turn."""
        pad, k = "    " * indent, self.counter()
        test = f" and {self.terms.test(1)}" if self.rng.random() < 0.5 else ""
        first = self.rng.random() < 0.6
        body, ended, _ = self.body(depth, indent, going_on=first)
        step = [f"{pad}    {k} += 1"]
        lines = step + body if first else body + ([] if ended else step)
        return [f"{pad}{k} = 0", f"{pad}while {k} < {self.rng.randrange(1, 5)}{test}:", *lines], False

    def endless(self, depth: int, indent: int) -> tuple[Lines, bool]:
        """Write a `while True` that a `break` or a `return` under its counter ends."""
        pad, k = "    " * indent, self.counter()
        leave = "break" if self.rng.random() < 0.6 else f"return {self.returned()}"
        body, _, left = self.body(depth, indent)
        lines = [f"{pad}{k} = 0", f"{pad}while True:", f"{pad}    {k} += 1",
                 f"{pad}    if {k} > {self.rng.randrange(1, 5)}:", f"{pad}        {leave}", *body]  # fmt: skip
        return lines, leave != "break" and not left

    def draining(self, name: str, depth: int, indent: int) -> tuple[Lines, bool]:
        """Write a `while` that ends as a list is empty, where its body does not fill it again."""
        pad, element, before = "    " * indent, ELEMENT[self.terms.scope[name]], dict(self.terms.scope)
        first = self.pop(name, element)[0]
        body, _, _ = self.body(depth, indent)
        self.terms.scope = before
        return [f"{pad}while {self.rng.choice((name, f'len({name}) > 0', f'{name} != []'))}:", f"{pad}    {first}", *body], False

    def over_range(self, depth: int, indent: int) -> tuple[Lines, bool]:
        pad, before = "    " * indent, dict(self.terms.scope)
        source = self.terms.span(2)
        name = self.target("int")
        self.terms.scope[name] = "int"
        body, _, _ = self.body(depth, indent)
        self.terms.scope = before
        return [f"{pad}for {name} in {source}:", *body], False

    def over_list(self, depth: int, indent: int) -> tuple[Lines, bool]:
        r, pad, before = self.rng, "    " * indent, dict(self.terms.scope)
        t = self.terms.list_type()
        element = ELEMENT[t]
        mode: Mode = "share" if element in HOLDS_LIST else "any"
        found = self.terms.names(t, mode)
        busy = len(self.busy)
        if found and r.random() < 0.6:
            source = r.choice(found)
            self.busy.append(source)
            if r.random() < 0.15:
                source = f"reversed({source})"
        else:
            source = self.terms.listing(t, 2, "fresh", due=False)
        if element in PARTS and r.random() < 0.7:
            names = [self.target(p, {*self.locked}) for p in PARTS[element]]
            if len(set(names)) < len(names):
                names = [self.fresh(p) for p in PARTS[element]]
            self.terms.scope |= dict(zip(names, PARTS[element], strict=True))
        else:
            names = [self.target(element)]
            self.terms.scope[names[0]] = element
        body, _, _ = self.body(depth, indent)
        self.terms.scope = before
        del self.busy[busy:]
        return [f"{pad}for {', '.join(names)} in {source}:", *body], False

    # -- names ----------------------------------------------------------------------------------------------------------

    def fresh(self, t: str) -> str:
        """Return a new name of a type."""
        name = f"x{len(self.kinds)}"
        self.kinds[name] = t
        return name

    def target(self, t: str, avoid: set[str] | None = None) -> str:
        """Return a name of a type, new or not, that is no counter and no list that is changed."""
        not_these = self.locked | self.terms.owned | (avoid or set())
        found = [n for n, u in self.kinds.items() if u == t and n not in not_these]
        return self.rng.choice(found) if found and self.rng.random() < 0.7 else self.fresh(t)

    # -- assignments ----------------------------------------------------------------------------------------------------

    def assignment(self) -> str:
        r, terms = self.rng, self.terms
        match r.randrange(10):
            case 0 | 1:
                name = self.known("int")
                ops = ("+", "-", "*", "//", "%", *(BITS if self.profile.bits else ()))
                op = r.choice(ops)
                return f"{name} {op}= {terms.small(1) if op in ('<<', '>>') else terms.integer(2)}" if name else self.plain()
            case 2:
                t = r.choice(SCALARS) if not self.profile.sequences else r.choice(TYPES)
                value = terms.value(t, 2, "share")
                names = [self.target(t) for _ in range(r.choice((2, 2, 3)))]
                terms.scope |= dict.fromkeys(names, t)
                return " = ".join([*names, value])
            case 3:
                return self.several()
            case 4 if self.profile.sequences:
                t = r.choice([t for t in PARTS if t not in HOLDS_LIST])
                value = terms.tupling(t, 2, "share", due=False)
                names = [self.target(p) for p in PARTS[t]]
                if len(set(names)) < len(names):
                    names = [self.fresh(p) for p in PARTS[t]]
                terms.scope |= dict(zip(names, PARTS[t], strict=True))
                return f"{', '.join(names)} = {value}"
            case _:
                return self.plain()

    def known(self, t: str) -> str:
        """Return a name that holds a value and may be assigned, or nothing."""
        found = [n for n, u in self.terms.scope.items() if u == t and n not in self.locked and n not in self.terms.owned]
        return self.rng.choice(found) if found else ""

    def plain(self) -> str:
        """Write `name = value`, where the type may stand."""
        r, terms = self.rng, self.terms
        t = r.choice(TYPES) if self.profile.sequences else r.choice(("int", "int", "bool"))
        noted = r.random() < 0.15
        value = terms.value(t, r.choice((1, 2, 2, 3)), "share", due=noted)
        name = self.target(t)
        terms.scope[name] = t
        return f"{name}: {t} = {value}" if noted else f"{name} = {value}"

    def several(self) -> str:
        """Write `x, y = e, f`, which is a swap at times; the names differ."""
        r, terms = self.rng, self.terms
        ints = [n for n, u in terms.scope.items() if u == "int" and n not in self.locked]
        if len(ints) > 1 and r.random() < 0.5:
            one, two = r.sample(ints, 2)
            return f"{one}, {two} = {two}, {one if r.random() < 0.5 else terms.integer(2)}"
        kinds = [r.choice(SCALARS) for _ in range(r.choice((2, 2, 3)))]
        values = [terms.value(t, 2) for t in kinds]
        names = [self.target(t) for t in kinds]
        if len(set(names)) < len(names):
            names = [self.fresh(t) for t in kinds]
        terms.scope |= dict(zip(names, kinds, strict=True))
        return f"{', '.join(names)} = {', '.join(values)}"

    # -- lists that are changed -----------------------------------------------------------------------------------------

    def change(self) -> Lines:
        """Write a change of a list that the function made; where there is none yet, the making of one."""
        r, terms = self.rng, self.terms
        pool = terms.scope if terms.careless and r.random() < 0.5 else terms.owned
        mine = [n for n, t in terms.scope.items() if n in pool and t in ELEMENT and (n not in self.busy or terms.careless)]
        if not mine or r.random() < 0.15:
            return self.collected() if r.random() < 0.3 else [self.made()]
        name = r.choice(mine)
        element = ELEMENT[terms.scope[name]]
        choices: list[Callable[[str, str], Lines]] = [self.append, self.extend, self.store, self.store, self.pop]
        if element == "int":
            choices += [self.swap, self.augment]
        return r.choice(choices)(name, element)

    def made(self) -> str:
        r, terms = self.rng, self.terms
        again = [n for n in terms.scope if n in terms.owned and n not in self.busy]
        if again and r.random() < 0.3:
            name = r.choice(again)
            return f"{name} = {terms.value(terms.scope[name], 2, 'fresh', due=True)}"
        t = r.choice(("list[int]", "list[int]", *ELEMENT))
        value = terms.value(t, 2, "fresh", due=True)
        name = self.fresh(t)
        terms.owned.add(name)
        terms.scope[name] = t
        return f"{name}: {t} = {value}" if "[]" in value or r.random() < 0.2 else f"{name} = {value}"

    def collected(self) -> Lines:
        """Write the making of an empty list whose type shows later, by what is appended to it."""
        r, terms = self.rng, self.terms
        t = r.choice(("list[int]", "list[int]", *ELEMENT))
        name, before = self.fresh(t), dict(terms.scope)
        lines = [f"{name} = []"]
        pad = "    " if r.random() < 0.7 else ""
        if pad and r.random() < 0.3:
            lines.append(f"if {terms.test(1)}:")
        elif pad:
            source, variable = terms.span(1), self.target("int")
            lines.append(f"for {variable} in {source}:")
            terms.scope[variable] = "int"
        lines.append(f"{pad}{name}.append({terms.value(ELEMENT[t], 2, 'fresh')})")
        terms.scope = {**before, name: t}
        terms.owned.add(name)
        return lines

    def append(self, name: str, element: str) -> Lines:
        return [f"{name}.append({self.terms.value(element, 2, 'fresh', due=True)})"]

    def extend(self, name: str, element: str) -> Lines:
        mode: Mode = "fresh" if element in HOLDS_LIST else "any"
        more = self.terms.value(f"list[{element}]", 2, mode, due=True)
        return [f"{name} += {more}" if self.rng.random() < 0.5 else f"{name}.extend({more})"]

    def pop(self, name: str, element: str) -> Lines:
        if self.rng.random() < 0.5 or element in HOLDS_LIST:
            return [f"{name}.pop()"]
        if element == "int" and self.rng.random() < 0.2:
            return [f"{name}[{self.terms.index(1)}] = {name}.pop()"]
        last = self.target(element)
        self.terms.scope[last] = element
        return [f"{last} = {name}.pop()"]

    def store(self, name: str, element: str) -> Lines:
        index = self.terms.index(1)
        depth = element.count("list")
        if depth and self.rng.random() < 0.6:
            inner = "".join(f"[{self.terms.index(1)}]" for _ in range(depth))
            return [f"{name}[{index}]{inner} {self.rng.choice(('=', '=', '+=', '-='))} {self.terms.integer(2)}"]
        return [f"{name}[{index}] = {self.terms.value(element, 2, 'fresh', due=False)}"]

    def swap(self, name: str, _: str) -> Lines:
        i, j = self.terms.index(1), self.terms.index(1)
        other = self.known("int")
        if other and self.rng.random() < 0.3:
            return [f"{other}, {name}[{other}] = {self.terms.integer(1)}, {name}[{j}]"]
        return [f"{name}[{i}], {name}[{j}] = {name}[{j}], {name}[{i}]"]

    def augment(self, name: str, _: str) -> Lines:
        op = self.rng.choice(("+", "-", "*", "//", "%", "&", "|", "^", ">>"))
        return [f"{name}[{self.terms.index(1)}] {op}= {self.terms.small(1) if op == '>>' else self.terms.integer(1)}"]
