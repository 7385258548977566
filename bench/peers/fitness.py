"""The fitness by which the peers judge a version of popcount: a few tests, and how many lines it executes on them.

It runs in the peers' environment, where nothing of this repository can be imported. It executes what it is given, as the peers'
evaluators do: the benchmark gives it nothing but its own tables.
"""

import sys
from pathlib import Path

TESTS = ((0, 0), (1, 1), (2, 1), (3, 2), (4, 1), (5, 2))


def measured(source: str) -> tuple[float, int]:
    """Return the score of a program, and how many of the tests it passes.

    One that passes all of them scores more the fewer lines it executes; any other scores less than that.
    """
    space: dict[str, object] = {}
    lines = passed = 0

    def count(frame, event, _argument):  # noqa: ANN001, ANN202 - what sys.settrace hands over
        nonlocal lines
        if frame.f_code.co_filename != "candidate":
            return None
        lines += event == "line"
        return count

    try:
        exec(compile(source, "candidate", "exec"), space)  # see above
        before = sys.gettrace()
        sys.settrace(count)
        try:
            passed = sum(space["popcount"](x) == due for x, due in TESTS)  # type: ignore[operator]  # a function, or it raises
        finally:
            sys.settrace(before)
    except Exception:  # noqa: BLE001 - whatever a version does, it is a version that fails
        return 0.0, 0
    return (1 + 1 / (1 + lines) if passed == len(TESTS) else passed / (2 * len(TESTS))), passed


def evaluate(program_path: str) -> dict[str, float]:
    """Judge a file, as OpenEvolve asks for it."""
    score, passed = measured(Path(program_path).read_text())
    return {"combined_score": score, "passed": float(passed)}
