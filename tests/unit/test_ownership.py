"""Two names for one list are refused where one of them is changed, and what is accepted is the same with and without sharing."""

import random
from itertools import product

import pytest
from readings import by_value, in_cpython, interpreted, program_of

from verify.reasons import Reason, Refusal, Unsupported
from verify.types import Value

HEAD = "def f(n: int, xs: list[int], ms: list[list[int]]) -> list[int]:\n"
INPUT: tuple[Value, ...] = (1, [1, 2, 3], [[4], [5, 6]])


def written(*lines: str) -> str:
    return HEAD + "".join(f"    {line}\n" for line in lines)


def refused(*lines: str) -> Reason:
    with pytest.raises(Refusal) as refusal:
        program_of(written(*lines))
    return refusal.value.reason


def three(text: str) -> list[tuple[Value | None, str]]:
    program = program_of(text)
    return [in_cpython(text)(*INPUT), interpreted(program)(*INPUT), by_value(program)(*INPUT)]


ALIASED = {
    "second name": (["a = [1]", "b = a", "b.append(2)", "return a"], "f.py:3:5"),
    "second name, changed before": (["a = [1]", "a.append(2)", "b = a", "return a + b"], "f.py:4:5"),
    "taken over where it is read at the next turn": (
        ["a = [1]", "b = [2]", "for i in range(n):", "    b.append(a[0])", "    b = a", "return b"], "f.py:6:9"),
    "taken over in one branch only": (["a = [1]", "b = [2]", "if n:", "    b = a", "b.append(3)", "return a"], "f.py:5:9"),
    "taken over where it had two names": (["a = [1]", "c = a", "b = a", "b.append(3)", "return c"], "f.py:3:5"),
    "taken over, and an argument": (["b = xs", "b.append(2)", "return b"], "f.py:2:5"),
    "taken over from a name that had an argument": (["a = xs", "b = a", "b.append(2)", "return b"], "f.py:2:5"),
    "taken over while it is gone over": (
        ["a = [1, 2]", "for x in a:", "    b = a", "    b.append(x)", "    if len(b) > 9:", "        return [x]", "return [0]"],
        "f.py:4:9"),
    "taken over and changed while it is gone over": (
        ["a = [1, 2]", "for x in a:", "    b = a", "    a = [x]", "    b.append(x)", "    if len(b) > 9:", "        return b",
         "return a"], "f.py:3:5"),
    "put into a list twice": (["r = [0]", "m = [[1]]", "m.append(r)", "m.append(r)", "m[1][0] = 5", "return m[2]"], "f.py:4:5"),
    "put into a list at each turn": (
        ["r = [0]", "m = [[1]]", "for i in range(2):", "    m.append(r)", "m[1][0] = 5", "return m[2]"], "f.py:5:9"),
    "put into a list that is copied": (
        ["r = [0]", "m = [[1]]", "m.append(r)", "k = m[:]", "k[1][0] = 5", "return m[1]"], "f.py:5:5"),
    "chained assignment": (["a = b = [1]", "a.append(2)", "return b"], "f.py:2:5"),
    "element of another list": (["m = [[1], [2]]", "r = m[0]", "r.append(3)", "return m[0]"], "f.py:3:5"),
    "element of an argument": (["r = ms[0]", "r.append(3)", "return ms[0]"], "f.py:2:5"),
    "element put elsewhere": (["m = [[1], [2]]", "m[1] = m[0]", "m[0][0] = 9", "return m[1]"], "f.py:3:5"),
    "both halves of a nested list": (
        ["m = [[1], [2]]", "a, b = m[:1], m[1:]", "a[0][0] = 9", "return m[0] + b[0]"], "f.py:3:5"),
    "slice shares inner lists": (["m = [[1], [2]]", "k = m[:]", "k[0][0] = 9", "return m[0]"], "f.py:3:5"),
    "copy shares inner lists": (["m = [[1], [2]]", "k = m.copy()", "k[0][0] = 9", "return m[0]"], "f.py:3:5"),
    "reverse shares inner lists": (["m = [[1], [2]]", "k = m[::-1]", "k[0][0] = 9", "return m[1]"], "f.py:3:5"),
    "sum shares inner lists": (["m = [[1]]", "k = m + [[2]]", "k[0][0] = 9", "return m[0]"], "f.py:3:5"),
    "extension shares inner lists": (["m = [[1]]", "k = [[2]]", "k += m", "k[-1][0] = 9", "return m[0]"], "f.py:4:5"),
    "extension with itself": (["m = [[1]]", "m.extend(m)", "m[0][0] = 9", "return m[1]"], "f.py:3:5"),
    "loop variable": (["m = [[1], [2]]", "for r in m:", "    r.append(3)", "return m[0]"], "f.py:3:5"),
    "loop variable of an argument": (["for r in ms:", "    r[0] = 3", "return ms[0]"], "f.py:2:5"),
    "loop variable by parts": (["m = [([1], 2)]", "for r, i in m:", "    r[0] = i", "return m[0][0]"], "f.py:3:5"),
    "argument changed": (["xs.append(1)", "return xs"], "f.py:2:5"),
    "element of an argument changed": (["ms[0][0] = 1", "return ms[0]"], "f.py:2:5"),
    "changed while gone over": (["a = [1]", "for x in a:", "    a.append(2)", "    if x > 1:", "        return a", "return a"],
                                "f.py:3:5"),
    "changed while gone over backwards": (["a = [1, 2]", "for x in reversed(a):", "    a[0] = x", "return a"], "f.py:3:5"),
    "one list several times": (["r = [0]", "m = [r for _ in range(2)]", "m[0][0] = 1", "return m[1]"], "f.py:3:5"),
    "one list twice": (["r = [0]", "m = [r, r]", "m[0][0] = 1", "return m[1]"], "f.py:3:5"),
    "one unnamed list twice": (["m = [[r, r] for r in [[0], [1]]]", "m[0][0][0] = 5", "return m[0][1]"], "f.py:2:5"),
    "one unnamed list often": (["m = [[r for _ in xs] for r in [[0], [1]]]", "m[0][0][0] = 5", "return m[0][1]"], "f.py:2:5"),
    "appended, then changed": (["r = [0]", "m = [[1]]", "m.append(r)", "r.append(2)", "return m[1]"], "f.py:4:5"),
    "tuple that holds a list": (["a = [1]", "t = (a, 2)", "a.append(3)", "return t[0]"], "f.py:3:5"),
    "list out of a tuple": (["t = ([1], 2)", "a = t[0]", "a.append(3)", "return t[0]"], "f.py:3:5"),
    "tuple taken apart": (["t = ([1], 2)", "a, i = t", "a.append(i)", "return t[0]"], "f.py:3:5"),
    "conditional": (["a = [1]", "b = a if n else xs", "b[0] = 9", "return a"], "f.py:3:5"),
    "conditional, other arm": (["b = [1] if n > 5 else xs", "b[0] = 9", "return xs"], "f.py:2:5"),
    "swap of elements": (["m = [[1], [2]]", "m[0], m[1] = m[1], m[0]", "return m[0]"], "f.py:3:5"),
    "one list for two names": (["a = [1]", "b, c = a, a", "b.append(3)", "return c"], "f.py:3:5"),
    "taken off, then changed": (["m = [[1]]", "r = m.pop()", "r.append(2)", "return r"], "f.py:3:5"),
    "own list handed to a call": (
        ["if n < 0:", "    return xs", "a = [1]", "r = f(n - 2, a, ms)", "a.append(2)", "return r"], "f.py:5:5"),
    "result of a call": (["if n < 0:", "    return xs", "r = f(n - 2, xs, ms)", "r.append(2)", "return xs"], "f.py:4:5"),
}  # fmt: skip


@pytest.mark.parametrize("name", ALIASED)
def test_aliasing_that_is_refused(name: str) -> None:
    lines, where = ALIASED[name]
    reason = refused(*lines)
    assert isinstance(reason, Unsupported)
    assert reason.where == where
    assert "[:]" in reason.do or "`...[:]`" in reason.do
    assert not any(hidden in str(reason) for hidden in ("held_", "each_", "rest_", "item_"))


TELLING = ["one unnamed list twice", "element of another list", "tuple that holds a list", "result of a call"]


@pytest.mark.parametrize("name", TELLING)
def test_what_is_refused_has_another_result_without_sharing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verify.program.check_ownership", lambda *_: None)
    python, _, plain = three(written(*ALIASED[name][0]))
    assert python != plain


def test_a_repeated_list_of_lists_is_refused_where_it_is_made() -> None:
    reason = refused("m = [[0] * n] * 3", "return m[0]")
    assert isinstance(reason, Unsupported)
    assert (reason.where, reason.do) == ("f.py:2:9", "Write `[... for _ in range(n)]`.")


ACCEPTED = {
    "copy by a slice": ["own = xs[:]", "own.append(9)", "return own + xs"],
    "copy by list": ["own = list(xs)", "own[0] = 9", "return own + xs"],
    "copy by method": ["own = xs.copy()", "own += [9]", "return own + xs"],
    "reverse of ints": ["own = xs[::-1]", "own[0] = 9", "return own + xs"],
    "sum of ints": ["own = xs + [1]", "own[0] = 9", "return own + xs"],
    "comprehension": ["own = [x for x in xs]", "own.pop()", "return own + xs"],
    "rows of a comprehension": ["m = [[0] * 2 for _ in range(3)]", "m[1][0] = 7", "return m[0] + m[1]"],
    "copied rows": ["m = [r[:] for r in ms]", "m[0][0] = 7", "return m[0] + ms[0]"],
    "fresh list appended": ["m = [[1]]", "m.append([n] * 2)", "m[1][0] = 7", "return m[0] + m[1]"],
    "copy appended": ["r = [1]", "m = [[0]]", "m.append(r[:])", "r.append(2)", "return m[1] + r"],
    "loop over a copy": ["own = xs[:]", "for x in own[:]:", "    own.append(x)", "return own"],
    "loop over fresh lists": ["t = [0]", "for r in [[1], [2]]:", "    r[0] = 5", "    t.append(r[0])", "return t"],
    "names that nobody changes": ["a = xs", "m = [a, a]", "t = (m, a)", "return t[0][1] + a"],
    "swap of ints": ["own = xs[:]", "own[0], own[-1] = own[-1], own[0]", "return own"],
    "return of an argument": ["return xs"],
    "return of a changed list": ["own = [1]", "own.append(2)", "return own"],
    "tuples on a stack": ["s = [(1, 2)]", "s.append((n, 3))", "top = s.pop()", "a, b = top", "return [a, b, len(s)]"],
    "taken over": ["a = [1]", "a.append(2)", "b = a", "b.append(3)", "return b"],
    "taken over, and named anew": ["a = [1]", "b = a", "a = [2]", "a.append(3)", "b.append(4)", "return a + b"],
    "rows taken over": ["row = [1]", "for i in range(n):", "    new = [i]", "    for x in row:", "        new.append(x)",
                        "    row = new", "return row"],
    "rows in turns": ["a = [1]", "b = [2]", "for i in range(n):", "    b.append(a[0])", "    a, b = b, a", "return a + [0] + b"],
    "rows kept": ["m = [[0]]", "for i in range(n):", "    row = [i]", "    row.append(1)", "    m.append(row)",
                  "m[0][0] = 7", "return m[0] + m[-1]"],
    "element put in, and no other name": ["r = [5]", "m = [[1], [2]]", "m[1] = r", "m[0][0] = 9", "return m[0] + m[1]"],
    "swap of names": ["a = [1]", "b = [2]", "a, b = b, a", "a.append(3)", "return b + a"],
    "name for something else": ["own = [1]", "own.append(2)", "own = xs[:]", "own[0] = 9", "return own + xs"],
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_shares_nothing_is_accepted_and_means_the_same(name: str) -> None:
    python, interpreter, plain = three(written(*ACCEPTED[name]))
    assert python == interpreter == plain
    assert python[1] == ""


BINDINGS = [
    "b = {}", "m = [{}, [8]]", "m = [[8], {}]", "t = ({}, 1)", "m.append({})", "m[0] = {}", "k = [{}] + m",
    "m = [{} for _ in xs]", "c = [[{}, r] for r in m]", "a, b = {}, [7]", "m[0], m[1] = {}, {}", "m += [{}]",
    "b = f(-1, {}, m)", "a += {}", "k = [{}][:]",
]  # fmt: skip
SHARED = ["a", "b", "m[0]", "t[0]", "k[-1]", "(a if n else b)", "[a, b][0]", "m[::-1][0]", "[r for r in m][0]", "c[0][1]",
          "[[r, r] for r in [[0], [1]]][0][1]", "(m + k)[1]", "a[:]", "[x for x in a]"]  # fmt: skip
CHANGES = ["a.append(9)", "b[0] = 9", "m[0][0] = 9", "k[0][-1] = 9", "c[0][0][0] = 9", "a.pop()", "b += [9]", "m.append([9])",
           "for r in m:\n        r[0] = 9", "for a in k:\n        a.append(9)"]  # fmt: skip
START = ["if n < 0:", "    return xs", "a = [1]", "b = [2]", "m = [[3], [4]]", "k = [[5], [6]]", "t = ([7], 0)",
         "c = [[[0], [8]]]"]  # fmt: skip
END = "return a + [-1] + b + [-1] + m[0] + m[1] + m[-1] + [-1] + k[0] + k[-1] + [-1] + t[0] + c[0][0] + c[0][1] + xs"


ENDS = [END, "return a", "return b", "return m[0] + m[-1]", "return k[0] + k[-1] + xs", "return a + b"]


@pytest.mark.parametrize(("ends", "turns"), [((END,), 1), (tuple(ENDS[1:]), 1), (tuple(ENDS), 2)])
def test_no_program_that_is_accepted_tells_names_from_values(ends: tuple[str, ...], turns: int) -> None:
    """Ways of binding with ways of sharing, before and after a change: the readings agree on what is accepted.

    They differ in what is read at the end, and in whether all that stands before it is done twice.
    """
    accepted, rng = 0, random.Random(7)
    for binding, shared, change in rng.sample(list(product(BINDINGS, SHARED, CHANGES)), 800):
        middle = [binding.replace("{}", shared), change]
        for own in (middle, middle[::-1]):
            lines = [f"for i in range({turns}):", *("    " + line for line in own)] if turns > 1 else own
            text = written(*START, *lines, rng.choice(ends))
            try:
                python, interpreter, plain = three(text)
            except Refusal:
                continue
            accepted += 1
            assert python == interpreter == plain, text
    assert accepted > 60
