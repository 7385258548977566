"""`check`: a baseline, or a candidate against it, judged as `qed check` judges it, and the verdict shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from loop.commands.check import CheckArguments, Checked, judged, to_asked, to_data
from loop.commands.common import preference
from loop.notebook.sheet import Block, Code, Sheet, Shown, Table, Title
from loop.notebook.specs import Targets, targets_of
from loop.notebook.texts import Given, placed, shown
from loop.notebook.trouble import Trouble, told
from loop.notebook.words import Why, reason_blocks, why
from loop.strength_words import contract_lines
from loop.words import Costs, cost_text, own_cost
from verify.certificate import Certificate
from verify.claim_words import TIERS, order_line
from verify.reasons import Counterexample, Reason
from verify.reasons import Verdict as VerdictName
from verify.verdict import Accept, Seconds


@dataclass(frozen=True, slots=True, repr=False)
class Verdict(Shown):
    """What became of a judgement; `data` is what `qed check --json` prints."""

    checked: Checked
    why: Why | None = None
    """the reason with its place; None where it was accepted"""

    @property
    def target(self) -> str:
        """The function that was judged; "" where the spec file did not read."""
        return self.checked.target

    @property
    def name(self) -> VerdictName:
        """`accept`, `reject`, `decline` or `error`."""
        return self.checked.examination.verdict.name

    @property
    def accepted(self) -> bool:
        """Whether it was proved."""
        return isinstance(self.checked.examination.verdict, Accept)

    @property
    def certificate(self) -> Certificate | None:
        """What an acceptance is bound to; None where nothing was accepted."""
        verdict = self.checked.examination.verdict
        return verdict.certificate if isinstance(verdict, Accept) else None

    @property
    def tier(self) -> str | None:
        """By whom it was proved: `kernel` or `smt`; None where it was not."""
        return self.certificate.tier if self.certificate else None

    @property
    def order(self) -> str | None:
        """In which sense it is cheaper; None of a baseline, and where nothing was accepted."""
        return self.certificate.order if self.certificate else None

    @property
    def cost(self) -> Costs:
        """Ticks of the old version and of the new one, as expressions over the parameters, where they are known."""
        found = self.checked.examination
        return Costs(found.cost_old, found.cost_new)

    @property
    def reason(self) -> Reason | None:
        """Why it was not accepted, with where and what to do; None where it was."""
        return self.why.reason if self.why is not None else None

    @property
    def counterexample(self) -> dict[str, object] | None:
        """An input that shows the fault, with what came of it and what was due, as Python literals; None where there is none."""
        return self.reason.as_data() if isinstance(self.reason, Counterexample) else None

    @property
    def seconds(self) -> dict[str, float]:
        """Wall clock of each gate, in the order in which they ran."""
        return dict(self.checked.examination.verdict.seconds)

    @property
    def node(self) -> str | None:
        """Its name in the graph, where it is in there."""
        return self.checked.node

    @property
    def data(self) -> dict[str, object]:
        """All of it for JSON."""
        return to_data(self.checked)

    @property
    def sheet(self) -> Sheet:
        """What a cell shows."""
        return Sheet(tuple(self._blocks()))

    def _blocks(self) -> Iterator[Block]:
        verdict = self.checked.examination.verdict
        yield Title(self.target or "the spec file", verdict.name)
        if isinstance(verdict, Accept):
            yield Table(tuple(self._proved(verdict.certificate)))
        elif self.why is not None:
            yield from reason_blocks(self.why, verdict.gate)
        if lines := tuple(contract_lines(self.checked.contract)):
            yield Code("\n".join(map(shown, lines)))
        if verdict.seconds:
            yield _seconds(verdict.seconds)

    def _proved(self, certificate: Certificate) -> Iterator[tuple[str, str]]:
        yield "tier", f"{certificate.tier}: {TIERS[certificate.tier]}"
        if certificate.order:
            yield "order", order_line(certificate).removeprefix("order ")
            yield "ticks, old", cost_text(certificate.old_cost)
            yield "ticks, new", cost_text(certificate.new_cost)
        elif own_cost(certificate):
            yield "ticks", cost_text(own_cost(certificate))
        yield "in the graph", self.node or "no; admit=True adds it"


def check(
    spec: Given | Targets,
    candidate: Given | None = None,
    *,
    function: str | None = None,
    lemmas: str | None = None,
    accepted: Path | str | None = None,
    admit: bool = False,
    order: str | None = None,
    size: str | None = None,
    bound: str | None = None,
    least: int = 0,
    family: Mapping[str, str] | None = None,
    strength: bool = False,
    lean: str = "auto",
) -> Verdict:
    """Judge a candidate against a spec's baseline, or against the head in the graph `accepted`; without one, the baseline.

    Both are given by a path or as text. `lemmas` is Lean text for the proof, as the .lean file beside a candidate is. `order`
    asks for one order; `size`, `bound`, `least` and `family` state a claim in the worst case. `admit` adds what is accepted.
    Raises Trouble for what makes no sense as a call; what is wrong with the texts is in the verdict.
    """
    with told():
        asked = to_asked(order, size, bound, least, [f"{name}={text}" for name, text in (family or {}).items()])
        targets = targets_of(spec, accepted)
        if function is None and len(targets.names) > 1:
            raise Trouble(f"the spec has {len(targets.names)} targets; name one with function=: {', '.join(targets.names)}.")
        file = placed(candidate, "candidate.py", lemmas) if candidate is not None else None
        (found,) = judged(CheckArguments(
            spec=targets.path, candidate=file, function=function, accepted=Path(accepted) if accepted is not None else None,
            admit=admit, asked=asked, strength=strength, lean=preference(lean),
        ))  # fmt: skip
        return verdict_of(found)


def verdict_of(checked: Checked) -> Verdict:
    """Return what is shown of a judgement."""
    verdict = checked.examination.verdict
    return Verdict(checked, None if isinstance(verdict, Accept) else why(verdict.reason))


def _seconds(seconds: Seconds) -> Table:
    gates = tuple(gate for gate, _ in seconds)
    return Table((("seconds", *(f"{s:.1f}" for _, s in seconds)),), ("gate", *gates), tuple(range(1, len(gates) + 1)))
