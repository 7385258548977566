"""What tests of several modules need."""

from collections.abc import Iterator

import pytest
from attack_case import MET, NOTHING, PASSED, OfAttack

from verify.gates.kernel import Kernel
from verify.limits import DEFAULT
from verify.standby import start_kernel
from verify.toolchain import Toolchain, ToolchainMissing, find

SLOW_SECONDS = 1_200
"""after which a slow test is given up: one search may take half of it by itself, and the accepting check comes after"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let slow tests run for longer than the others."""
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.timeout(SLOW_SECONDS))


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    """Give the portable Lean, or skip with the reason."""
    try:
        return find("portable")
    except ToolchainMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def warm(toolchain: Toolchain) -> Iterator[Kernel]:
    """Give one kernel to all tests of a module that leave its session alive."""
    kernel = start_kernel(toolchain, DEFAULT)
    with kernel.session:
        yield kernel


@pytest.fixture(autouse=True)
def held_to_its_mark(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hold a test that is marked as an attack to the reason that the mark names: it must have met that one, and no other."""
    mark = request.node.get_closest_marker("attack")
    if mark is None:
        yield
        return
    told = OfAttack(*mark.args, **mark.kwargs)
    MET.clear()
    yield
    found = sorted(set(MET)) or [NOTHING]
    said = PASSED if PASSED in found else " ".join(found)
    request.node.user_properties.append(("attack", [told.id, told.tries, told.due, told.control, said]))
    assert found == [told.due], f"{told.id}, {told.tries}: {told.due} is due"
