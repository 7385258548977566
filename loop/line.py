"""The items of a wave in their order, and which of them is put to a judge next.

Items are settled from the front. Ahead of that, as many questions are out as keep the judges busy. A proposal that follows one of
its own turn waits for the verdict on that one: where it is an acceptance the head moves, and a question about the old head would
be put for nothing. Only a judge with nothing else to do is given such a question before.
"""

from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Final

from loop.executors.executor import Answer, Executor
from loop.items import End, Item

BACKLOG: Final = 256
"""most items that are in the line at a time"""
LOOK: Final = 1.0
"""seconds after which somebody may want to know whether the run was stopped meanwhile"""


class Line:
    """Items between being drawn and being settled."""

    def __init__(self, executor: Executor) -> None:
        """Begin with none."""
        self._executor = executor
        self._items = deque[Item | End]()

    def __len__(self) -> int:
        """Return how many items are in the line."""
        return len(self._items)

    def add(self, item: Item | End) -> None:
        """Add an item at the end."""
        self._items.append(item)

    def take(self) -> Item | End:
        """Take the front item out of the line."""
        return self._items.popleft()

    @property
    def ready(self) -> bool:
        """Whether the front item can be settled without waiting for a judge."""
        front = self._items[0] if self._items else None
        return isinstance(front, End) or (isinstance(front, Item) and not _pending(front))

    @property
    def wants_more(self) -> bool:
        """Whether an item more would let a judge be asked."""
        return len(self._items) < BACKLOG and len(self._out()) < self._executor.window

    @property
    def idle(self) -> bool:
        """Whether a judge is due for the front item, and was not asked."""
        front = self._items[0] if self._items else None
        return isinstance(front, Item) and front.due and front.answer is None

    def due(self, *, last: bool = False) -> Item | None:
        """Return the item to ask about next, None where there is none or enough is out; `last` where no more will be drawn."""
        out = len(self._out())
        if out >= self._executor.window:
            return None
        undecided, moved = set[int](), set[int]()
        held: Item | None = None
        for item in self._items:
            if not isinstance(item, Item) or not (item.due or item.answer):
                continue
            turn = item.place.turn
            if item.answer is None and turn not in moved:
                if turn not in undecided:
                    return item
                held = held or item
            if item.answer is None or not item.answer.done():
                undecided.add(turn)
            elif _accepts(item.answer):
                moved.add(turn)
        return held if last and out < self._executor.jobs else None

    def wait(self) -> None:
        """Wait until one of the judges that were asked has answered, and no longer than until it is time to look for a stop."""
        wait(self._out(), LOOK, return_when=FIRST_COMPLETED)

    def _out(self) -> list["Future[Answer]"]:
        return [i.answer for i in self._items if isinstance(i, Item) and i.answer is not None and not i.answer.done()]


def _pending(item: Item) -> bool:
    return item.due if item.answer is None else not item.answer.done()


def _accepts(answer: "Future[Answer]") -> bool:
    return answer.exception() is None and answer.result().examination.verdict.name == "accept"
