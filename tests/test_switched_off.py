"""Each control beside those on a proof's text matters: once it alone is off, something else comes of an attack."""

from pathlib import Path

import pytest
from attack_case import outcome
from control_list import FURTHER, OFF
from graph_attacks import GRAPH
from process_attacks import PROCESS
from python_attacks import PYTHON
from smt_attacks import SMT
from switches import OFFS, Off

ATTACKS = {f"{a.id} {a.tries}": a for a in (*SMT, *PYTHON, *GRAPH, *PROCESS)}


def test_there_is_one_for_each_control_that_names_this_test() -> None:
    assert [s.control for s in OFFS] == [c.name for c in FURTHER if c.shown == OFF]


@pytest.mark.parametrize("switch", OFFS, ids=lambda s: s.control)
def test_without_the_control_another_thing_comes_of_it(switch: Off, tmp_path: Path) -> None:
    attack = ATTACKS[switch.attack]
    assert attack.control == switch.control
    with pytest.MonkeyPatch.context() as patch:
        switch.patch(patch)
        try:
            found = outcome(attack.act(tmp_path))
        except ValueError as fault:
            found = outcome(fault)
    assert found == switch.then
    assert found != attack.due
