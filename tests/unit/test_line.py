"""Items are asked about ahead of being settled, and one that follows another of its turn waits for the verdict on that one."""

from concurrent.futures import Future
from typing import cast

from small_graph import TWICE, lemma_certificate

from loop.examine import Examination
from loop.executors.executor import Answer, Question, Say
from loop.items import Base, End, Item
from loop.line import BACKLOG, Line
from loop.settle import Place
from loop.strategy import Turn
from loop.target import Target
from verify.reasons import ProofMissing
from verify.verdict import Accept, to_verdict

ACCEPTED = Answer(Examination(Accept(lemma_certificate(TWICE))))
DECLINED = Answer(Examination(to_verdict(ProofMissing(what="none."), "kernel", ())))


class Two:
    """Two judges, who answer when a test says so."""

    jobs, window, trusted = 2, 4, True

    def submit(self, question: Question, say: Say) -> "Future[Answer]":
        raise NotImplementedError

    def close(self) -> None:
        """End nothing."""


def item(turn: int, number: int, *, due: bool = True) -> Item:
    made = Item(Place(turn, number), cast("Target", None), cast("Base", None), Turn(turn, "p", 0))
    made.due = due
    return made


def line(*items: Item | End) -> Line:
    made = Line(Two())
    for one in items:
        made.add(one)
    return made


def ask(one: Item | None, answer: Answer | None = None) -> None:
    assert one is not None
    one.answer = Future()
    if answer:
        one.answer.set_result(answer)


def places(of: Line, *, last: bool = False) -> list[tuple[int, int]]:
    """Return where the items stand that are asked about in turn, until no more are; they get no answer."""
    found = []
    while (one := of.due(last=last)) is not None:
        ask(one)
        found.append((one.place.turn, one.place.number))
    return found


def test_the_first_of_each_turn_is_asked_about_first() -> None:
    assert places(line(item(0, 0), item(0, 1), item(1, 0), item(1, 1), item(2, 0))) == [(0, 0), (1, 0), (2, 0)]


def test_no_more_are_out_than_the_window() -> None:
    whole = line(*(item(turn, 0) for turn in range(9)))
    assert whole.wants_more
    assert len(places(whole)) == Two.window
    assert not whole.wants_more


def test_the_next_one_is_asked_about_where_the_one_before_was_refused() -> None:
    first, second, third = item(0, 0), item(0, 1), item(0, 2)
    whole = line(first, second, third)
    ask(first, DECLINED)
    assert whole.due() is second
    ask(second)
    assert whole.due() is None


def test_the_next_one_waits_until_an_acceptance_is_settled() -> None:
    first, second = item(0, 0), item(0, 1)
    whole = line(first, second)
    ask(first, ACCEPTED)
    assert whole.due(last=True) is None
    assert whole.ready
    assert whole.take() is first
    assert whole.due() is second


def test_a_judge_with_nothing_else_to_do_is_asked_about_the_next_one() -> None:
    assert places(line(item(0, 0), item(0, 1), item(0, 2)), last=True) == [(0, 0), (0, 1)]


def test_what_no_judge_is_due_for_is_ready_and_keeps_nobody_waiting() -> None:
    plain, due = item(0, 0, due=False), item(0, 1)
    whole = line(plain, due)
    assert whole.ready
    assert not whole.idle
    assert whole.due() is due


def test_the_front_is_ready_when_its_answer_is_there() -> None:
    first = item(0, 0)
    whole = line(first, item(1, 0))
    assert not whole.ready
    assert whole.idle
    ask(first)
    assert (whole.ready, whole.idle) == (False, False)
    assert first.answer is not None
    first.answer.set_result(DECLINED)
    assert whole.ready
    whole.wait()


def test_the_end_of_a_turn_is_ready() -> None:
    assert line(End(0, Turn(0, "p", 0), cast("Target", None), [])).ready
    assert not line().ready


def test_a_fault_is_no_acceptance() -> None:
    first, second = item(0, 0), item(0, 1)
    first.answer = Future()
    first.answer.set_exception(OSError())
    assert line(first, second).due() is second


def test_the_line_has_an_end() -> None:
    assert not line(*(item(0, n, due=False) for n in range(BACKLOG))).wants_more
