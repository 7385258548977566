"""Rules are conjectured from what terms do, the general ones first, and what follows from others is left out."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from targets import spec_of

from loop.conjecture.candidates import Candidate, candidate, ranked
from loop.conjecture.conjecturer import MORE, POINTS, Conjecturer
from loop.conjecture.derive import left_over
from loop.conjecture.grammar import GRAMMARS, KINDS, Grammar, Operator, Point, samples
from loop.conjecture.meaning import valid, values
from loop.conjecture.terms import Bank, Term
from loop.conjecture.worth import derived, fault, general, minimised
from loop.techniques.rules import Rule, parsed
from verify.interpreter import Interpreter
from verify.limits import DEFAULT

BY_NAME = {g.name: g for g in GRAMMARS}


def found(name: str, size: int) -> set[tuple[str, str]]:
    """Return what is conjectured over a grammar, up to a size of terms, each believed at once."""
    grammar, rules = BY_NAME[name], []
    bank = Bank(grammar, samples(grammar, 160, 0))
    out = set()
    for _ in range(size):
        for one in ranked(bank.grow()):
            if left_over([one], rules):
                rules.append(one.rule())
                out.add((one.left, one.right))
    return out


@pytest.mark.parametrize(
    ("name", "due"),
    [
        ("ints", {("(x + y)", "(y + x)"), ("(x - x)", "0"), ("(x % x)", "0"), ("(0 - x)", "(-x)")}),
        ("bits", {("(~(~x))", "x"), ("(x ^ x)", "0"), ("(-1 - x)", "(~x)"), ("(x << 1)", "(x + x)")}),
        ("comparisons", {("(p and q)", "(q and p)"), ("max(x, x)", "x")}),
        ("folds", {("xs[::-1][::-1]", "xs"), ("sum(xs[::-1])", "sum(xs)"), ("(xs * 1)", "xs")}),
    ],
)
def test_well_known_rules_are_conjectured(name: str, due: set[tuple[str, str]]) -> None:
    assert due <= found(name, 3)


def test_what_follows_is_left_out() -> None:
    rules = [Candidate("(x + y)", "(y + x)").rule(), Candidate("(x + 0)", "x").rule()]
    follows, new = Candidate("(0 + x)", "x"), Candidate("(x * 1)", "x")
    assert left_over([follows, new], rules) == [new]
    assert left_over([follows, new], []) == [follows, new]


def test_the_dear_side_comes_first_and_letters_have_the_first_names() -> None:
    dear, cheap = Term("((-z) + y)", "int", 4, ()), Term("(y - z)", "int", 3, ())
    made = candidate(cheap, dear)
    assert made is not None
    assert (made.left, made.right) == ("((-x) + y)", "(y - x)")
    assert not made.both


@pytest.mark.parametrize(
    ("one", "two"), [("(-1)", "-1"), ("(x - x)", "(y - y)"), ("0", "(1 - 1)")], ids=["literals", "letters of its own", "folded"]
)
def test_what_says_nothing_is_no_rule(one: str, two: str) -> None:
    assert candidate(Term(one, "int", 1, ()), Term(two, "int", 3, ())) is None


def test_a_rule_is_named_for_what_it_says() -> None:
    one, two = Candidate("(x + 0)", "x"), Candidate("(x * 1)", "x")
    assert one.rule().name != two.rule().name
    assert one.rule() == Candidate("(x + 0)", "x").rule()


@pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda g: g.name)
def test_terms_come_to_what_the_interpreter_says(grammar: Grammar) -> None:
    points = samples(grammar, 40, 3)
    bank = Bank(grammar, points)
    pairs = [pair for _ in range(3) for pair in bank.grow()]
    chance = random.Random(1)
    for term in chance.sample([t for pair in pairs for t in pair], min(40, len(pairs))):
        told = _told(term, grammar, points)
        for value, real in zip(term.values, told, strict=True):
            assert real is None or value is None or (type(value), value) == (type(real), real), term.text


def _told(term: Term, grammar: Grammar, points: Sequence[Point]) -> list[object]:
    """Return what the interpreter says of a term on samples, None where it raises."""
    kinds = {"int": "int", "bool": "bool", "list": "list[int]"}
    head = ", ".join(f"{n}: {kinds[KINDS[n]]}" for n in grammar.letters)
    run = Interpreter(spec_of(f"@target\ndef f({head}) -> {kinds[term.kind]}:\n    return {term.text}\n").program, DEFAULT)
    out: list[object] = []
    for point in points:
        done = run.run([list(v) if isinstance(v, tuple) else v for v in (point[n] for n in grammar.letters)])  # type: ignore[misc]
        value = done.value
        out.append(None if done.raised else tuple(value) if isinstance(value, list) else value)
    return out


def test_samples_are_the_same_for_the_same_seed() -> None:
    grammar = BY_NAME["comparisons"]
    assert samples(grammar, 30, 5) == samples(grammar, 30, 5) != samples(grammar, 30, 6)


def test_what_more_samples_refute_is_never_proved() -> None:
    plain = Grammar("g", ("x", "0"), (BY_NAME["ints"].operators[0],))
    first, more = (samples(plain, n, seed) for n, seed in ((POINTS, 0), (MORE, 1)))
    rare = next(p["x"] for p in more if p not in first)
    sometimes = Operator("abs({})", ("int",), "int", lambda x: -x if x == rare else x)
    asked: list[str] = []

    def prove(one: Candidate) -> Rule | None:
        asked.append(one.left)
        return one.rule("trivial") if "abs" not in one.left else None

    made = Conjecturer(replace(plain, operators=(*plain.operators, sometimes)), prove)
    came = {t.candidate.left: t.came for t in made.run(3)}
    assert (came["(-(-x))"], came["abs(x)"]) == ("proved", "refuted")
    assert "abs(x)" not in asked
    assert made.counts["proved"] == 1


def test_what_was_proved_is_used_at_once_and_what_was_not_is_tried_again() -> None:
    grammar = Grammar("g", ("x", "y", "0"), (BY_NAME["ints"].operators[1],))
    asked: list[str] = []

    def prove(one: Candidate) -> Rule | None:
        asked.append(one.left)
        return one.rule("trivial") if asked.count(one.left) > 1 else None

    told = [(t.candidate.left, t.came) for t in Conjecturer(grammar, prove).run(4)]
    assert told == [
        ("(0 + x)", "unproved"), ("(x + 0)", "unproved"), ("(x + y)", "unproved"),
        ("(x + y)", "proved"), ("(0 + x)", "proved"), ("(x + 0)", "redundant"),
    ]  # fmt: skip
    believed = Conjecturer(grammar, lambda one: one.rule("trivial"))
    assert [t.candidate.left for t in believed.run(4) if t.rule is not None] == ["(x + y)", "(0 + x)"]


WORTHLESS = {
    "(x << -1)": ("x", "seldom valid"), "(x % 0)": ("x", "seldom valid"), "(x + (1 + 1))": ("(x - (-1 - 1))", "is a literal"),
    "(x << y)": ("(x >> (-y))", "right side raises"), "(x >> (~x))": ("(x >> (-x))", "left side raises"),
}  # fmt: skip


@pytest.mark.parametrize("left", WORTHLESS)
def test_what_programs_do_not_have_is_worth_nothing(left: str) -> None:
    right, why = WORTHLESS[left]
    points = samples(BY_NAME["bits"], 200, 0)
    terms = tuple(Term(t, "int", 1, ()) for t in (left, right)) if "literal" not in why else (_sum(), Term("x", "int", 1, ()))
    assert why in fault(Candidate(left, right, terms=terms), points)  # type: ignore[arg-type]  # two terms
    assert fault(Candidate("(x + 0)", "x"), points) == ""


def _sum() -> Term:
    plus, one = BY_NAME["bits"].operators[5], Term("1", "int", 1, ())
    folded = Term("(1 + 1)", "int", 3, (), plus, (one, one))
    return Term("(x + (1 + 1))", "int", 5, (), plus, (Term("x", "int", 1, ()), folded))


def test_a_literal_that_does_not_matter_becomes_a_letter() -> None:
    grammar = BY_NAME["bits"]
    bank = Bank(grammar, samples(grammar, 160, 0))
    pairs = ranked(pair for _ in range(3) for pair in bank.grow())
    wide = {(c.left, c.right): general(c, grammar, samples(grammar, 300, 1)) for c in pairs}
    swapped = Candidate("(x & y)", "(y & x)")
    assert wide["(x & 1)", "(1 & x)"] == swapped
    assert wide["(x & x)", "x"] == Candidate("(x & x)", "x")


def test_rules_that_others_make_up_for_are_left_out() -> None:
    swap, zero, other, twice = (
        Candidate(*sides).rule() for sides in (("(x + y)", "(y + x)"), ("(x + 0)", "x"), ("(0 + x)", "x"), ("((x + 0) + 0)", "x"))
    )  # fmt: skip
    pool = [Candidate("(x + 0)", "x"), Candidate("(0 + x)", "x"), Candidate("((x + 0) + 0)", "x")]
    kept = minimised([zero, other, twice, swap], [], pool)
    assert len(kept) == 2
    assert derived(kept, pool) == frozenset(pool)
    assert minimised([swap], [], []) == []


def test_what_follows_under_a_condition_does_not_follow_without() -> None:
    rule = Candidate("((x // y) * y)", "x", ("x % y == 0",)).rule()
    asked = [Candidate("((x // y) * y)", "x", where) for where in (("x % y == 0",), (), ("x > y",))]
    assert left_over(asked, [rule]) == asked[1:]
    least = Candidate("max(x, y)", "x", ("y <= x",)).rule()
    stronger = Candidate("max(x, y)", "x", ("y < x",))
    assert left_over([stronger], [least]) == []


def test_truth_is_no_number() -> None:
    points = samples(BY_NAME["ints"], 3, 0)
    assert [type(v) for v in values(parsed("1"), points)] == [int] * 3
    assert valid(parsed("x + 1"), points) == [True] * 3


@pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda g: g.name)
def test_expressions_come_to_what_their_terms_do(grammar: Grammar) -> None:
    points = samples(grammar, 60, 4)
    bank = Bank(grammar, points)
    pairs = [pair for _ in range(4) for pair in bank.grow()]
    for term in random.Random(2).sample([t for pair in pairs for t in pair], min(60, len(pairs))):
        assert values(parsed(term.text), points) == term.values, term.text
