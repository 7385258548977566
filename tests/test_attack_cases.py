"""Attacks on the readings of Python, the solvers, the graph and the process: each is refused for its reason."""

from pathlib import Path

import pytest
from attack_case import Attack, met
from graph_attacks import GRAPH
from process_attacks import PROCESS
from python_attacks import PYTHON
from smt_attacks import SMT

ATTACKS = (*SMT, *PYTHON, *GRAPH, *PROCESS)


def marked(attack: Attack) -> object:
    """Return an attack as a parameter, with its mark."""
    mark = pytest.mark.attack(attack.id, attack.tries, attack.due, attack.control)
    return pytest.param(attack, id=str(attack).encode("unicode_escape").decode(), marks=mark)


@pytest.mark.parametrize("attack", [*map(marked, ATTACKS)])
def test_attack(attack: Attack, tmp_path: Path) -> None:
    assert met(attack.act(tmp_path)) == attack.due


def test_names_of_attacks_are_their_own() -> None:
    assert len({str(a) for a in ATTACKS}) == len(ATTACKS)
