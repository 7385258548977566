"""How likely a candidate is to be proved: counts of past verdicts by technique and by what the proof has to get over."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from loop.search.reading import mapping, naturals
from loop.search.settings import DEFAULT, Settings
from verify import ir
from verify.ir import Program

BORROWED: Final = 4
"""judgements for which what is known of the class, whatever the technique, counts"""
MOST: Final = 512
"""judgements of one class that count; older ones fade"""
GUESSES: Final[Mapping[str, Fraction]] = {
    "straight": Fraction(3, 4), "loop": Fraction(1, 2), "loops": Fraction(1, 4), "nested": Fraction(1, 5),
    "recursive": Fraction(1, 4),
}  # fmt: skip
"""share that is proved, by the form of the candidate"""
HELPED: Final = Fraction(3, 2)
"""what lemmas of the candidate's own make of the odds"""
DEARER: Final[Mapping[str, Fraction]] = {"always": Fraction(1), "eventually": Fraction(4, 5), "worst-case": Fraction(1, 4)}
"""what it makes of them that the runs leave only this order"""


def form(program: Program) -> str:
    """Return the form of a program, one of the keys of GUESSES.

    >>> form(Program("f", (), (), "int", (ir.Return(ir.Const(1)),)))
    'straight'
    """
    if program.recursive:
        return "recursive"
    loops = program.loops
    if any(isinstance(s, ir.LOOPS) for own in loops for s in ir.statements(own.body)):
        return "nested"
    return ("straight", "loop", "loops")[min(len(loops), 2)]


def claim(program: Program, order: str, *, lemmas: bool) -> str:
    """Return the class of a candidate: its form, the strongest order that its runs leave, and whether it brings lemmas."""
    return f"{form(program)} {order}{' lemmas' if lemmas else ''}"


class Provability:
    """Counts of candidates that were proved, and of those that were judged, by class and by technique."""

    def __init__(self, counts: Mapping[str, Mapping[str, tuple[int, int]]] | None = None) -> None:
        """Go on from counts."""
        self._counts = {c: dict(of) for c, of in (counts or {}).items()}

    def copy(self) -> "Provability":
        """Return one that stays as this one is."""
        return Provability(self._counts)

    def tell(self, of: str, technique: str, *, proved: bool) -> None:
        """Add a verdict of the kernel, or of the solvers: what was refused before is no matter of proof."""
        table = self._counts.setdefault(of, {})
        won, tried = table.get(technique, (0, 0))
        if tried >= MOST:
            won, tried = won // 2, tried // 2
        table[technique] = won + proved, tried + 1

    def rate(self, of: str, technique: str, settings: Settings = DEFAULT) -> Fraction:
        """Return the smoothed share that is proved: that of the technique, drawn to that of the class, drawn to a guess."""
        table = self._counts.get(of, {})
        guess = usual(of)
        won, tried = (sum(x) for x in zip(*table.values(), strict=True)) if table else (0, 0)
        overall = (won + settings.guess * guess) / (tried + settings.guess)
        mine, all_mine = table.get(technique, (0, 0))
        return (mine + BORROWED * overall) / (all_mine + BORROWED)

    def to_data(self) -> dict[str, dict[str, list[int]]]:
        """Return them as JSON data."""
        return {c: {t: list(n) for t, n in of.items()} for c, of in self._counts.items()}

    @classmethod
    def from_data(cls, data: object) -> "Provability":
        """Read what `to_data` wrote. Raises ValueError."""
        counts: dict[str, dict[str, tuple[int, int]]] = {}
        for of, table in mapping(data).items():
            counts[of] = {}
            for technique, pair in mapping(table).items():
                won, tried = naturals(pair, 2)
                if won > tried:
                    raise ValueError(f"more of {technique!r} were proved than judged")
                counts[of][technique] = won, tried
        return cls(counts)


def usual(of: str) -> Fraction:
    """Return the guess for a class."""
    kind, _, rest = of.partition(" ")
    order, _, helped = rest.partition(" ")
    found = GUESSES.get(kind, Fraction(1, 2)) * DEARER.get(order, Fraction(1, 4))
    return min(found * HELPED, Fraction(9, 10)) if helped else found
