"""A plain definition is read as what it says; one that has another form is not read at all."""

import pytest

from loop.lean_defs import Definition, arguments, atom, bare, components, read_definition, split_top

TAIL = """def tail (b : Int) : Nat → Int → Int
  | 0, acc => acc
  | n + 1, acc => tail b n (b * acc)
"""
LOOP = """def shadow (n i total : Int) : Int × Nat :=
  if h : i < n ∧ 0 ≤ n then
    ((shadow n (i + 2) (total + i)).1, 5 + (shadow n (i + 2) (total + i)).2)
  else (total, 1) -- the end
termination_by (n - i).toNat
decreasing_by all_goals omega
"""
MATCH = """def weigh (k : Nat) (xs : List (Nat × Bool)) : Nat :=
  match xs with
  | [] => 0
  | (a, true) :: rest => if a = k then a + weigh k rest else weigh k rest
  | _ :: rest => weigh k rest
"""


def read(text: str) -> Definition:
    found = read_definition(text)
    assert found is not None
    return found


def roles(text: str) -> dict[str, tuple[str, int | None]]:
    return {p.name: (p.role, p.step) for p in read(text).parameters}


def test_equations_show_what_is_fixed_what_is_taken_apart_and_what_gathers() -> None:
    assert roles(TAIL) == {"b": ("fixed", 0), "n": ("structural", -1), "acc": ("accumulator", None)}
    tail = read(TAIL)
    assert (tail.name, tail.result, tail.by_patterns, tail.recursive) == ("tail", "Int", True, True)
    assert [c.calls for c in tail.cases] == [(), (("b", "n", "b * acc"),)]
    assert [p.type for p in tail.parameters] == ["Int", "Nat", "Int"]


def test_a_loop_shows_its_counter_its_stride_and_its_tests() -> None:
    assert roles(LOOP) == {"n": ("fixed", 0), "i": ("counter", 2), "total": ("accumulator", None)}
    going, done = read(LOOP).cases
    assert going.tests == ("i < n ∧ 0 ≤ n",)
    assert going.calls == (("n", "i + 2", "total + i"),)
    assert (done.tests, done.value, done.calls) == (("¬(i < n ∧ 0 ≤ n)",), "(total, 1)", ())


def test_a_match_is_read_like_equations_with_the_tests_within() -> None:
    assert roles(MATCH) == {"k": ("fixed", 0), "xs": ("structural", None)}
    assert [c.tests for c in read(MATCH).cases] == [(), ("a = k",), ("¬(a = k)",), ()]
    assert read(MATCH).words >= {"a", "rest"}


def test_a_measure_alone_makes_a_counter_and_a_bare_change_an_accumulator() -> None:
    text = "def f (a b c : Nat) : Nat := if b = 0 then c else f (a + 1) (b - 1) (c + b)\ntermination_by b\n"
    assert roles(text) == {"a": ("accumulator", 1), "b": ("counter", -1), "c": ("accumulator", None)}


def test_a_call_within_an_argument_of_a_call_is_nested() -> None:
    text = "def a : Nat → Nat → Nat\n  | 0, n => n + 1\n  | m + 1, 0 => a m 1\n  | m + 1, n + 1 => a m (a (m + 1) n)\n"
    assert read(text).nested
    assert ("m + 1", "n") in read(text).cases[2].calls
    assert not read(TAIL).nested


def test_an_if_in_an_else_gives_a_case_of_its_own() -> None:
    text = "def g (a b : Nat) : Nat := if a = 0 then b else if a ≤ b then g a (b - a) else g (a - b) b\ntermination_by a + b\n"
    assert [c.tests for c in read(text).cases] == [("a = 0",), ("¬(a = 0)", "a ≤ b"), ("¬(a = 0)", "¬(a ≤ b)")]
    assert {p.role for p in read(text).parameters} == {"counter"}


@pytest.mark.parametrize(
    "text",
    [
        "theorem f : 1 = 1 := rfl",
        "def f := 3",
        "def f {α : Type} (xs : List α) : Nat := 0",
        "def f [Add Nat] (n : Nat) : Nat := n",
        "def f (n : Nat) : Nat → Nat := g n",
        "def f (n : Nat) : Nat := List.foldl f 0 [n]",
        "def f : Nat → Nat\n  | 0 => 0\n  | n + 1, m => f n\n",
        "def f (n : Nat) : Nat := by exact n",
        "def f (n : Nat) : Nat := if n = 0 then 1",
        "def f (n : Nat : Nat := (",
        "",
    ],
    ids=[
        "theorem",
        "no-type",
        "implicit",
        "instance",
        "nameless",
        "partial",
        "ragged",
        "tactics",
        "no-else",
        "brackets",
        "empty",
    ],
)
def test_what_has_another_form_is_not_read(text: str) -> None:
    assert read_definition(text) is None


def test_texts_are_taken_apart_outside_brackets_only() -> None:
    assert split_top("(a : b) : c", ":") == ["(a : b)", "c"]
    assert bare("((a + b))") == "a + b"
    assert bare("(a) + (b)") == "(a) + (b)"
    assert bare("(a, b)") == "(a, b)"
    assert atom("(f x).1") == "(f x).1"
    assert atom("n - 1") == "(n - 1)"
    assert [a for a, _, _ in arguments("f (g 1) x + f 2 ys.length", "f", 2) or []] == [("g 1", "x"), ("2", "ys.length")]
    assert arguments("map f xs", "f", 2) is None


def test_a_product_type_has_a_way_to_each_component() -> None:
    assert components("Int × (Nat × Bool) × List Nat") == [
        (".1", "Int"),
        (".2.1.1", "Nat"),
        (".2.1.2", "Bool"),
        (".2.2", "List Nat"),
    ]
    assert components("List (Nat × Nat)") == [("", "List (Nat × Nat)")]
