"""Searches over goals for one fact of a claim, where no script that is known for such facts settles it.

The search begins where the scripts begin: versions unfolded, and the loops' lemmas applied to them.
"""

from collections.abc import Sequence
from typing import Final

from loop.bench import Bench
from loop.goal_search import GoalSearch
from loop.goal_text import to_head
from loop.interact import Interaction, Workbench
from loop.portfolio import Setting
from loop.tactic_order import Outcome, TacticOrder

ATTEMPTS: Final = 25
"""tactics that a search may run: a number, not a time, so that every machine finds the same proofs"""
QUICK: Final = 40_000
"""thousands of heartbeats for each of them"""


def searched(
    bench: Bench, name: str, statement: str, opened: Sequence[str], lemmas: Sequence[str], order: TacticOrder
) -> tuple[str | None, tuple[Outcome, ...]]:
    """Return the text of a theorem with its proof, None where none was found, and what each tactic came to.

    `statement` is the theorem's head without its name, `opened` are the lines that every script begins with. Raises BenchLost.
    """
    kernel, env = bench.top
    workbench = Workbench(kernel, env)
    workbench.effort(QUICK)
    interaction = Interaction(workbench, name, statement, opened)
    setting = Setting((), to_head(statement), tuple(lemmas))
    search = GoalSearch(setting, order, lambda: workbench.tried <= ATTEMPTS and not bench.stopped())
    found = search.run(interaction)
    bench.tried += workbench.tried
    return None if found.lines is None else interaction.text(found.lines), found.outcomes
