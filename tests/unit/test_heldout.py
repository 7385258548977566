"""The lists of theorems are read whole or not at all, and what is held out shares nothing with what a prover is trained on."""

import itertools
import re
from collections import Counter
from pathlib import Path

import pytest

from bench.heldout import HELD_OUT, TRAINING, Theorem, read
from verify.limits import DEFAULT
from verify.proof import declarations
from verify.proof_syntax import check_text

GOOD = """[[theorem]]
name = "a"
family = "loop"
definitions = "def f (n : Nat) : Nat := n"
statement = "(n : Nat) : f n = n"
note = "x"
"""
DEFINED = re.compile(r"^def (\w+)", re.MULTILINE)


def _nameless(definitions: str) -> set[str]:
    """Return the declarations with the names of the defined functions put out by their order, and spaces joined."""
    text = definitions
    for number, name in enumerate(DEFINED.findall(definitions)):
        text = re.sub(rf"(?<![\w.]){name}(?![\w'])", f"f{number}", text)
    return {" ".join(part.split()) for part in declarations(text)}


def _every_declaration(theorems: tuple[Theorem, ...]) -> set[str]:
    return {part.strip() for t in theorems for part in declarations(t.definitions)}


def test_sizes_and_families() -> None:
    """Both lists are whole, and hold the same families."""
    held_out, training = read(HELD_OUT), read(TRAINING)
    assert (len(held_out), len(training)) == (60, 30)
    assert Counter(t.family for t in held_out) == {"structural": 15, "accumulator": 15, "loop": 15, "list": 10, "hard": 5}
    assert {t.family for t in training} == {t.family for t in held_out}


def test_held_out_shares_nothing_with_training() -> None:
    """No name, statement or definition of one list stands in the other, nor a definition under another name."""
    held_out, training = read(HELD_OUT), read(TRAINING)
    assert not {t.name for t in held_out} & {t.name for t in training}
    assert not {t.statement for t in held_out} & {t.statement for t in training}
    assert not _every_declaration(held_out) & _every_declaration(training)
    for mine, other in itertools.product(held_out, training):
        assert not _nameless(mine.definitions) & _nameless(other.definitions), (mine.name, other.name)


@pytest.mark.parametrize("path", [HELD_OUT, TRAINING], ids=lambda p: p.stem)
def test_entries_are_distinct_and_well_formed(path: Path) -> None:
    """Each theorem asks something of its own, about functions that it defines, in text that a proof may hold."""
    theorems = read(path)
    assert len({(t.definitions, t.statement) for t in theorems}) == len(theorems)
    for t in theorems:
        check_text(f"{t.definitions}\ntheorem {t.name} {t.statement}", DEFAULT)
        names = DEFINED.findall(t.definitions)
        assert len(set(names)) == len(names) == len(declarations(t.definitions)), t.name
        assert set(re.findall(r"\w+", t.statement)) & set(names), t.name
        assert "\n" not in t.statement + t.note, t.name


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD + GOOD, "occur twice: a"),
        (GOOD.replace("note =", "notes ="), "theorem 1: the fields"),
        (GOOD.replace('note = "x"\n', ""), "theorem 1: the fields"),
        (GOOD.replace('"x"', '" "'), "no text in note"),
        (GOOD.replace('"loop"', "3"), "no text in family"),
        (GOOD.replace("[[theorem]]", "[theorem]"), "and nothing else"),
        ("", "and nothing else"),
        ("theorem = [3]", "theorem 1: the fields"),
        ("more = 1\n" + GOOD, "and nothing else"),
        ("[[theorem]", "line 1"),
    ],
)
def test_refused(tmp_path: Path, text: str, says: str) -> None:
    """A file of another form is a ValueError that says where."""
    path = tmp_path / "list.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=says):
        read(path)


def test_read_keeps_order_and_text(tmp_path: Path) -> None:
    """What is read is what was written."""
    path = tmp_path / "list.toml"
    path.write_text(GOOD + GOOD.replace('"a"', '"b"'), encoding="utf-8")
    first, second = read(path)
    assert first == Theorem("a", "loop", "def f (n : Nat) : Nat := n", "(n : Nat) : f n = n", "x")
    assert (second.name, second.definitions) == ("b", first.definitions)
