"""What tests of several modules need."""

import pytest

from verify.toolchain import Toolchain, ToolchainMissing, find


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    """Give the portable Lean, or skip with the reason."""
    try:
        return find("portable")
    except ToolchainMissing as missing:
        pytest.skip(str(missing))
