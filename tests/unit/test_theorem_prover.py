"""The prover returns whole texts that check from nothing, uses lemmas where it must, and outlives a killed session."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import pytest
from lean_bench import TAIL, TRIANGLE, Sessions, sessions

from loop.bench import BenchLost
from loop.interact import Workbench
from loop.steady_bench import LOST, Budget, SteadyBench
from loop.theorem_prover import Discover, Found, GivenUp, TheoremProver
from verify.proof import declarations
from verify.session import Session

STATEMENT = "(n : Nat) : tail n 0 = triangle n"


@dataclass(frozen=True)
class Guess:
    name: str
    statement: str
    scripts: tuple[str, ...] = ()


def guesses(*made: Guess) -> Discover:
    def discover(
        session: Session, base: int, definitions: tuple[str, ...], statement: str, kept: Collection[str]
    ) -> Iterator[Guess]:
        yield from made

    return discover


WRONG = Guess("low", "(n a : Nat) : tail n a = triangle n")
RIGHT = Guess("general", "(n a : Nat) : tail n a = triangle n + a", ("omega", "fun_induction tail n a <;> grind [triangle]"))


@pytest.fixture(scope="module")
def lean() -> Iterator[Sessions]:
    yield from sessions()


@pytest.fixture
def prover(lean: Sessions) -> Callable[[Discover | None], TheoremProver]:
    return lambda discover: TheoremProver(*lean.take(), lean.anew, None, discover)


def check(lean: Sessions, text: str) -> None:
    """Every declaration of the text is accepted, in order, on the library alone."""
    bench = Workbench(*lean.take())
    for part in declarations(text):
        assert bench.add(part) is None
    bench.close()


@pytest.mark.lean
def test_a_direct_proof_is_found_and_minimal(lean: Sessions, prover: Callable[[Discover | None], TheoremProver]) -> None:
    found = prover(None).prove("closed", TRIANGLE, "(n : Nat) : 2 * triangle n = n * (n + 1)", Budget(seconds=120))
    assert isinstance(found, Found)
    assert found.lemmas == ()
    assert found.text.startswith(TRIANGLE)
    assert "first" not in found.text
    assert found.trace[-1].accepted
    assert sum(o.succeeded for o in found.outcomes) == 1
    check(lean, found.text)


@pytest.mark.lean
def test_a_lemma_is_proved_first_where_induction_alone_fails(
    lean: Sessions, prover: Callable[[Discover | None], TheoremProver]
) -> None:
    found = prover(guesses(WRONG, RIGHT)).prove("tail_zero", TRIANGLE + "\n" + TAIL, STATEMENT, Budget(seconds=240))
    assert isinstance(found, Found)
    assert found.lemmas == ("general",)
    assert "theorem low" not in found.text
    check(lean, found.text)


@pytest.mark.lean
def test_a_lemma_never_takes_a_name_that_is_taken(lean: Sessions, prover: Callable[[Discover | None], TheoremProver]) -> None:
    same = Guess("triangle", RIGHT.statement, RIGHT.scripts)
    found = prover(guesses(same)).prove("tail_zero", TRIANGLE + "\n" + TAIL, STATEMENT, Budget(seconds=240))
    assert isinstance(found, Found)
    assert found.lemmas == ("triangle_1",)
    check(lean, found.text)


@pytest.mark.lean
def test_what_is_false_is_given_up_with_goals(prover: Callable[[Discover | None], TheoremProver]) -> None:
    ended = prover(guesses(WRONG)).prove("wrong", TRIANGLE, "(n : Nat) : triangle n = n", Budget(attempts=80, seconds=240))
    assert isinstance(ended, GivenUp)
    assert ended.attempts <= 81
    assert not any(s.accepted for s in ended.trace)


@pytest.mark.lean
def test_definitions_that_lean_refuses_are_an_error(prover: Callable[[Discover | None], TheoremProver]) -> None:
    with pytest.raises(ValueError, match="does not accept a definition"):
        prover(None).prove("t", "def f : Nat → Nat := nothing\n", ": f 0 = 0", Budget())


@pytest.mark.lean
def test_a_killed_session_is_started_anew_once(lean: Sessions) -> None:
    bench = SteadyBench(*lean.take(), lean.anew, Budget())
    assert bench.add(TRIANGLE) is None
    lean.kill()
    told = bench.look("theorem t : triangle 2 = 3 := by\n  rfl\n")
    assert not told.accepted
    assert told.errors[0].startswith(LOST)
    # what the bench held is there again
    assert bench.look("theorem t : triangle 2 = 3 := by\n  rfl\n").accepted
    assert bench.restarts == 1
    bench.close()


@pytest.mark.slow
@pytest.mark.lean
def test_the_search_goes_on_after_a_loss_and_gives_up_after_two(lean: Sessions) -> None:
    def killing(times: int) -> Discover:
        left = [times]

        def discover(
            session: Session, base: int, definitions: tuple[str, ...], statement: str, kept: Collection[str]
        ) -> Iterator[Guess]:
            if left[0]:
                left[0] -= 1
                lean.kill()
                raise BenchLost("killed by the test")
            yield RIGHT

        return discover

    both = TRIANGLE + "\n" + TAIL
    once = TheoremProver(*lean.take(), lean.anew, None, killing(1))
    assert isinstance(once.prove("tail_zero", both, STATEMENT, Budget(seconds=240)), Found)
    assert once.kernel is lean.kernel
    twice = TheoremProver(*lean.take(), lean.anew, None, killing(2))
    ended = twice.prove("tail_zero", both, STATEMENT, Budget(attempts=200, seconds=240))
    assert isinstance(ended, GivenUp)
    assert "lost twice" in ended.reason
    # the next theorem gets a session of its own
    assert isinstance(twice.prove("two", TRIANGLE, ": triangle 2 = 3", Budget(seconds=240)), Found)
