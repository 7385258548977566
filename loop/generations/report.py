"""Generations -> the figures that say whether the loop gets better: yields, costs, what proofs rest on, an alarm for collapse."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import mean
from typing import Any, Final

from loop.generations.curve import Fit, fits
from loop.generations.evolve import Generation
from loop.generations.measure import Improved, Measured

HALF: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One generation on the held-out targets; means over the seeds."""

    generation: int
    found: float
    """held-out targets improved"""
    least: int
    most: int
    cost: float | None
    """processor seconds for each of them"""
    compute: float | None
    """seconds of judgement until as many were improved as generation 1 improved on average, None where that was not reached"""
    proof_lines: float
    """of a target's proofs"""
    rules: float
    """share of the improved targets whose proofs hold a rule of the graph"""
    lemmas: float
    """likewise a lemma"""
    diversity: float
    """different ideas for each improved target"""
    self_made: float | None
    """share of the loop's own conjectures in all that it tried while it learned; None where it learned nothing"""
    trained: int | None
    """training targets improved so far"""
    rules_found: int | None
    ranking: str
    """what became of the ranking that it fitted: targets better and worse, and whether it is in use; "" where none was tried"""
    families: Mapping[str, float]
    """held-out targets improved, by family"""
    kept: int | None
    """lemmas and rules that were found to shorten past goals"""
    forgotten: int | None
    """likewise that shorten none of those that they were measured on, and are offered no more"""
    success: float | None
    """share of the conjectures of self-play that were proved, of those that samples let pass"""
    alarm: str
    """what looks like collapse, "" where nothing does"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All of it; of `shapes` the one of the greatest weight is what the curve speaks for."""

    rows: tuple[Row, ...]
    shapes: Mapping[str, Fit] | None
    halved: bool | None
    """whether the last generation reached the first one's yield with at most half the compute"""
    judged: Mapping[str, float]
    """what the judges' time in the last generation's tests went to: shares of baselines, accepted versions and refused ones"""
    ablations: Mapping[str, tuple[float, float | None]]
    """mean yield and cost without a part"""
    targets: int
    families: Mapping[str, int]
    """held-out targets, by family"""
    seeds: int

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return asdict(self)


def report(generations: Sequence[Generation], ablations: Mapping[str, tuple[Measured, ...]]) -> Report:
    """Return the figures."""
    due = round(mean(m.found for m in generations[1].tested)) if len(generations) > 1 else 0
    rows: list[Row] = []
    for g in generations:
        rows.append(_row(g, due, rows))
    yields = [[m.found for m in g.tested] for g in generations]
    first, last = (rows[1].compute, rows[-1].compute) if len(rows) > 2 else (None, None)  # noqa: PLR2004 - two to compare
    return Report(
        judged=_shares(generations[-1].tested),
        rows=tuple(rows), shapes=fits(yields), halved=None if len(rows) <= 2 else _halved(first, last),  # noqa: PLR2004 - as above
        ablations={name: (mean(m.found for m in tested), _cost(tested)) for name, tested in ablations.items()},
        targets=generations[0].tested[0].targets, families=generations[0].tested[0].families,
        seeds=len(generations[0].tested),
    )  # fmt: skip


def _shares(tested: Sequence[Measured]) -> dict[str, float]:
    spent = defaultdict[str, float](float)
    for what, seconds in (pair for m in tested for pair in m.judged.items()):
        spent[what] += seconds
    whole = sum(spent.values())
    return {what: round(seconds / whole, 3) for what, seconds in sorted(spent.items())} if whole else {}


def _halved(first: float | None, last: float | None) -> bool:
    return first is not None and last is not None and last <= first * HALF


def _row(g: Generation, due: int, before: Sequence[Row]) -> Row:
    improved = [i for m in g.tested for i in m.improved]
    until = [m.until(due) for m in g.tested]
    reached = [u for u in until if u is not None]
    found = mean(m.found for m in g.tested)
    diversity = mean(_diversity(m.improved) for m in g.tested)
    tried = g.trained.proposals if g.trained else 0
    own = g.learnt.conjectures if g.learnt else 0
    return Row(
        generation=g.number, found=round(found, 3), least=min(m.found for m in g.tested), most=max(m.found for m in g.tested),
        cost=_cost(g.tested), compute=round(mean(reached), 3) if len(reached) == len(until) else None,
        proof_lines=_mean(i.proof_lines for i in improved), rules=_mean(i.rules > 0 for i in improved),
        lemmas=_mean(i.lemmas > 0 for i in improved), diversity=round(diversity, 3),
        self_made=round(own / (own + tried), 3) if own + tried else None, trained=g.trained.found if g.trained else None,
        rules_found=g.learnt.rules if g.learnt else None, success=g.learnt.success_rate if g.learnt else None,
        kept=g.learnt.kept if g.learnt else None, forgotten=g.learnt.forgotten if g.learnt else None,
        ranking=_ranking(g), families=_families(g), alarm=_alarm(found, diversity, before),
    )  # fmt: skip


def _ranking(g: Generation) -> str:
    if g.tried is None:
        return ""
    return f"{'in use' if g.tried.accepted else 'left out'}, {g.tried.won} better, {g.tried.lost} worse"


def _families(g: Generation) -> dict[str, float]:
    counts = Counter(i.family for m in g.tested for i in m.improved)
    return {family: round(counts[family] / len(g.tested), 3) for family in sorted(g.tested[0].families)}


def _alarm(found: float, diversity: float, before: Sequence[Row]) -> str:
    """Say what looks like collapse: fewer found than in any run of a generation before, or half as many ideas."""
    if before and found < min(r.least for r in before):
        return "fewer targets than in any run before"
    if before and diversity < HALF * max(r.diversity for r in before):
        return "half as many ideas as before"
    return ""


def _diversity(improved: Sequence[Improved]) -> float:
    ideas = {idea for i in improved for idea in i.ideas}
    return len(ideas) / len(improved) if improved else 0.0


def _cost(tested: Sequence[Measured]) -> float | None:
    found = sum(m.found for m in tested)
    return round(sum(m.processor_seconds for m in tested) / found, 3) if found else None


def _mean(values: Any) -> float:
    every = [float(v) for v in values]
    return round(mean(every), 3) if every else 0.0


# -- for people -----------------------------------------------------------------------------------------------------------------

COLUMNS: Final = (
    "generation", "held-out found", "spread", "cost", "compute", "proof lines", "with rules", "with lemmas", "ideas", "self-made",
    "training found", "rules found", "conjectures proved", "lemmas kept",
    "forgotten", "ranking", "alarm",
)  # fmt: skip


def cells(row: Row) -> tuple[str, ...]:
    """Return a row for people; costs in processor seconds, compute in seconds of judgement."""

    def shown(value: float | None, digits: int = 1) -> str:
        return "-" if value is None else f"{value:.{digits}f}"

    def count(value: int | None) -> str:
        return "-" if value is None else str(value)

    return (
        str(row.generation), shown(row.found), f"{row.least} to {row.most}", shown(row.cost), shown(row.compute),
        shown(row.proof_lines), f"{row.rules:.0%}", f"{row.lemmas:.0%}", shown(row.diversity, 2),
        "-" if row.self_made is None else f"{row.self_made:.0%}", count(row.trained),
        count(row.rules_found), "-" if row.success is None else f"{row.success:.0%}", count(row.kept), count(row.forgotten),
        row.ranking or "-", row.alarm or "-",
    )  # fmt: skip


def words(found: Report) -> list[str]:
    """Return what the figures say, plainly."""
    out = [f"{found.targets} held-out targets, {found.seeds} seeds each."]
    if found.shapes is None:
        out.append("Too few points to tell one shape of the curve from another.")
    else:
        best = max(found.shapes, key=lambda n: found.shapes[n].weight if found.shapes else 0.0)
        shares = ", ".join(f"{name} {fit.weight:.2f} (spread {fit.spread:.2f})" for name, fit in found.shapes.items())
        out.append(f"The curve speaks for {best}. Shares of the evidence: {shares}.")
    for family, due in sorted(found.families.items()):
        out.append(f"{family}: {', '.join(f'{row.families[family]:.1f}' for row in found.rows)} of {due}, by generation.")
    if found.halved is not None:
        said = "reaches" if found.halved else "does not reach"
        out.append(f"The last generation {said} generation 1's held-out yield with at most half the compute.")
    if found.judged:
        shares = ", ".join(f"{share:.0%} {what}" for what, share in found.judged.items())
        out.append(
            f"Of the judges' time in its tests: {shares}. Better proposals save what refused ones took; the others save by "
            "what is learned as much as their proofs are found sooner, and each is checked in a fresh process all the same."
        )
    for name, (count, cost) in found.ablations.items():
        out.append(f"Without {name}: {count:.1f} found, {'-' if cost is None else f'{cost:.1f}'} processor seconds each.")
    return out


def markdown(found: Report) -> str:
    """Return the report as Markdown."""
    lines = ["# Generations", "", f"| {' | '.join(COLUMNS)} |", f"|{'---:|' * len(COLUMNS)}"]
    lines += [f"| {' | '.join(cells(row))} |" for row in found.rows]
    return "\n".join([*lines, "", *(f"- {line}" for line in words(found)), ""])
