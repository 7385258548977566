"""Lemmas come by the weight of the constants that they share with a goal."""

from loop.retrieval import Lemma, Retrieval, constants, names, to_lemma

LEMMAS = (
    Lemma("common_one", "(n : Nat) : f n = n + 1"),
    Lemma("common_two", "(n : Nat) : f n + f n = n"),
    Lemma("rare", "(n a : Nat) : tail n a = f n + a"),
    Lemma("alien", "(xs : List Int) : xs.length ≤ xs.length"),
)


def test_rare_constants_weigh_more() -> None:
    assert names(Retrieval(LEMMAS).best("(n : Nat) : tail n 0 = f n", 2))[0] == "rare"


def test_what_shares_nothing_is_left_out_and_the_number_is_kept_to() -> None:
    found = names(Retrieval(LEMMAS).best("(n : Nat) : f n = f n", 9))
    assert "alien" not in found
    assert len(found) == 3
    assert len(Retrieval(LEMMAS).best("(n : Nat) : f n = f n", 2)) == 2
    assert Retrieval(LEMMAS).best("(b : Bool) : b ↔ b", 9) == ()


def test_the_order_of_lemmas_does_not_matter() -> None:
    goal = "(n : Nat) : f n = tail n 0"
    assert Retrieval(LEMMAS).best(goal, 4) == Retrieval(LEMMAS[::-1]).best(goal, 4)


def test_names_that_are_bound_are_no_constants() -> None:
    assert constants("(f xs : Nat) : f + xs.length = 0") == {"Nat", "+", "="}
    assert "++" in constants("(a : List Nat) : a ++ a = a")
    assert "+" not in constants("(a : List Nat) : a ++ a = a")


def test_a_lemma_is_read_from_its_text() -> None:
    assert to_lemma("theorem t (n : Nat) :\n  f n = 1 := by\n  have h : 1 = 1 := rfl\n  x\n") == Lemma("t", "(n : Nat) : f n = 1")
    assert to_lemma("def f := 1") is None
