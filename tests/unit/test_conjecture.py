"""Rules are conjectured from what terms do, the general ones first, and what follows from others is left out."""

import random

import pytest
from targets import spec_of

from loop.conjecture.candidates import Candidate, candidate, ranked
from loop.conjecture.derive import left_over
from loop.conjecture.grammar import GRAMMARS, KINDS, Grammar, samples
from loop.conjecture.terms import Bank, Term
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
    rules = [Candidate("(x + y)", "(y + x)", 6).rule(), Candidate("(x + 0)", "x", 4).rule()]
    follows, new = Candidate("(0 + x)", "x", 4), Candidate("(x * 1)", "x", 4)
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
    one, two = Candidate("(x + 0)", "x", 4), Candidate("(x * 1)", "x", 4)
    assert one.rule().name != two.rule().name
    assert one.rule() == Candidate("(x + 0)", "x", 9).rule()


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


def _told(term: Term, grammar: Grammar, points: list[dict[str, object]]) -> list[object]:
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
