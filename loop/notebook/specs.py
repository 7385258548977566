"""`spec`: the targets of a spec file, their contracts and baselines, and what an accepted version of each would claim."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from loop.commands.common import SpecFile, read_graph, read_spec
from loop.notebook.sheet import Block, Code, Items, Line, Sheet, Shown, Table, Title
from loop.notebook.texts import Given, placed, shown
from loop.notebook.trouble import told
from loop.notebook.words import Why, reason_blocks, why
from verify.claim_words import ORDERS, TIERS
from verify.limits import DEFAULT
from verify.python_run import conditions
from verify.reasons import Reason
from verify.spec import Order, Spec, signature


@dataclass(frozen=True, slots=True, repr=False)
class Targets(Shown):
    """A spec file as it was read: its targets, or why it has none. What is judged later is the file as it is then."""

    file: SpecFile
    text: str
    why: Why | None = None
    """the reason with its place"""

    @property
    def path(self) -> Path:
        """The file that is judged; for a text it lies in the kernel's scratch folder."""
        return self.file.path

    @property
    def names(self) -> tuple[str, ...]:
        """The functions that are targets."""
        return tuple(s.name for s in self.file.specs)

    @property
    def reason(self) -> Reason | None:
        """Why the file does not read; None where it does."""
        return self.file.reason

    @property
    def sheet(self) -> Sheet:
        """What a cell shows."""
        return Sheet(tuple(self._blocks()))

    def _blocks(self) -> Iterator[Block]:
        if self.why is not None:
            yield Title(shown(str(self.path)), self.why.reason.verdict)
            yield from reason_blocks(self.why, "")
        for spec in self.file.specs:
            yield Title(signature(spec.program), "target")
            yield Table(tuple(_asked(spec)))
            yield Line("An accepted version would claim, for every input that is allowed, of any size:")
            yield Items(tuple(_claims(spec)))
        yield Code(self.text, "python", "" if self.file.specs else "the file")


def spec(given: Given | Targets, *, accepted: Path | str | None = None) -> Targets:
    """Read a spec file, given by its path or as its text; a file that does not read is shown with the reason.

    `accepted` is the folder of a graph, needed where the spec calls accepted versions. Raises Trouble where there is no file.
    """
    with told():
        return targets_of(given, accepted)


def targets_of(given: Given | Targets, accepted: Path | str | None, name: str = "spec.py") -> Targets:
    """Read a spec file; a text is put into one called `name`. Raises UsageError, and Refusal where the graph is not sound."""
    if isinstance(given, Targets):
        return given
    path = placed(given, name)
    file = read_spec(path, read_graph(Path(accepted)) if accepted is not None else None)
    text = path.read_bytes().decode(errors="backslashreplace")
    return Targets(file, text, why(file.reason) if file.reason is not None else None)


def _asked(spec: Spec) -> Iterator[tuple[str, str]]:
    """Yield what a spec asks for: a name and a value each."""
    yield from (("requires", c) for c in conditions(spec, "require"))
    yield from (("ensures", c) for c in conditions(spec, "ensure"))
    yield "returns", "what the baseline returns" if spec.result == "same" else "any result that the contract allows"
    yield "tier", f"{spec.tier}: {TIERS[spec.tier]}"
    yield "better", " or ".join(spec.orders)
    yield "baseline", shown(spec.where)


def _claims(spec: Spec) -> Iterator[str]:
    """Yield what an acceptance would say, in words; which order, the proof says."""
    yield "it ends and raises nothing"
    if spec.result == "same":
        yield "it returns what the version before returns"
    else:
        yield "it returns a result that the contract allows"
    yield from (f"its result meets {c}" for c in conditions(spec, "ensure"))
    yield from (f"{'or ' if i else 'it is cheaper: '}{order}, {_order(order)}" for i, order in enumerate(spec.orders))


def _order(order: Order) -> str:
    return ORDERS[order].format(
        slack=f"K <= {DEFAULT.slack}", least=f"N <= {DEFAULT.worst_from}", bound="B",
        size="a sum of lengths and of absolute values", family="inputs that are stated",
    )  # fmt: skip
