"""A script loses whatever is not needed, and never what is."""

import re

import pytest

from loop.minimise import Script, minimised, needed, steps


def needs(*words: str):  # noqa: ANN201 - a predicate
    def accepts(script: Script) -> bool:
        text = "\n".join(script)
        return all(re.search(w, text) for w in words)

    return accepts


@pytest.mark.parametrize(
    ("script", "due", "smallest"),
    [
        (("intros", "simp", "omega"), (r"\bomega",), ("omega",)),
        (
            ("induction n <;> first | omega | grind [a, b] | simp_all",),
            ("induction n <;>", r"grind.*\bb\b"),
            ("induction n <;> grind [b]",),
        ),
        (("all_goals try (first | rfl | omega)",), ("rfl",), ("(rfl)",)),
        (("grind [a, b, c]",), ("grind",), ("grind",)),
        (("simp [a, b] at h ⊢",), ("simp", r"\ba\b", "at h"), ("simp [a] at h ⊢",)),
        (("induction n generalizing a b", "all_goals grind"), ("induction n", "grind"), ("induction n", "grind")),
        (("first | (simp_all [f]; omega) | (simp_all; done)",), (r"simp_all \[f\]; omega",), ("(simp_all [f]; omega)",)),
    ],
)
def test_what_is_not_needed_goes(script: Script, due: tuple[str, ...], smallest: Script) -> None:
    assert minimised(script, needs(*due)) == smallest


def test_two_alternatives_that_are_both_needed_stay() -> None:
    script = ("induction n <;> first | omega | grind | rfl",)
    assert minimised(script, needs("omega", "rfl")) == ("induction n <;> first | omega | rfl",)


def test_the_result_is_accepted_and_no_step_makes_it_smaller() -> None:
    accepts = needs("simp", "omega")
    found = minimised(("intros", "try simp [a, b]", "first | grind | omega"), accepts)
    assert accepts(found)
    assert not any(accepts(s) for s in steps(found))


def test_a_script_that_cannot_be_judged_stays_as_it_is() -> None:
    script = ("intros", "omega")
    assert minimised(script, lambda _: False) == script
    assert minimised(script, needs("omega"), attempts=0) == script


def test_only_needed_declarations_stay_in_their_order() -> None:
    texts = ["theorem a : P := x", "theorem b : Q := a", "theorem c : R := y", "theorem ab : S := z"]
    assert needed(texts, "theorem t : T := by grind [b]") == ("theorem a : P := x", "theorem b : Q := a")
    assert needed(texts, "theorem t : T := by omega") == ()
