"""What tests of several modules need."""

import pytest

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
