"""Minimises a proof script: what Lean does without is taken out, so that checking it again needs no search.

`accepts` decides; every step is kept only where it does, so the result is accepted whenever what came in was.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from loop.goal_text import split_top

Script = tuple[str, ...]
_LIST: Final = re.compile(r"(simp_all|simp only|simp|grind|rw)( \[)([^\[\]]*)\]( at [^;|)]*)?")
_GENERALIZING: Final = re.compile(r" generalizing [^;<|)]*?(?=$| with| <;>|\))")
_OPEN: Final = "([{⟨"
_CLOSE: Final = ")]}⟩"


def minimised(script: Sequence[str], accepts: Callable[[Script], bool], attempts: int = 60) -> Script:
    """Return a script that `accepts` takes and from which no single step takes anything more, or the attempts are used up.

    Steps leave lines out, choose one alternative of a `first`, take `try` away, and shorten lists of lemmas.
    """
    current = tuple(script)
    seen = {current}
    left = attempts
    while left > 0:
        for smaller in steps(current):
            if smaller in seen:
                continue
            seen.add(smaller)
            left -= 1
            if accepts(smaller):
                current = smaller
                break
            if left <= 0:
                break
        else:
            break
    return current


def steps(script: Script) -> Iterator[Script]:
    """Yield the scripts that are one step smaller, the greatest steps first."""
    for i, line in enumerate(script):
        if len(script) > 1:
            yield (*script[:i], *script[i + 1 :])
        for shorter in _shorter(line):
            yield (*script[:i], shorter, *script[i + 1 :])


def _shorter(line: str) -> Iterator[str]:
    yield from _alternatives(line)
    for keyword in ("try ", "all_goals ", "repeat' "):
        at = line.find(keyword)
        if at >= 0:
            yield line[:at] + line[at + len(keyword) :]
    if found := _GENERALIZING.search(line):
        yield line[: found.start()] + line[found.end() :]
    for found in _LIST.finditer(line):
        items = [i.strip() for i in found[3].split(",")]
        before, after = line[: found.start()], line[found.end() :]
        tail = found[4] or ""
        if found[1] not in ("rw", "simp only"):
            yield f"{before}{found[1]}{tail}{after}"
        for i in range(len(items) if len(items) > 1 else 0):
            yield f"{before}{found[1]} [{', '.join(items[:i] + items[i + 1 :])}]{tail}{after}"


def _alternatives(line: str) -> Iterator[str]:
    """Yield lines in which a `first` is one of its alternatives, and then lines in which it lacks one."""
    for found in re.finditer(r"\bfirst \|? ?", line):
        end = _end(line, found.end())
        parts = split_top(line[found.end() : end], " | ")
        before, after = line[: found.start()], line[end:]
        for part in parts:
            yield before + part + after
        for i in range(len(parts) if len(parts) > 1 else 0):
            yield f"{before}first | {' | '.join(parts[:i] + parts[i + 1 :])}{after}"


def _end(line: str, start: int) -> int:
    """Return where the bracket closes in which a position stands, or the line ends."""
    depth = 0
    for i in range(start, len(line)):
        depth += (line[i] in _OPEN) - (line[i] in _CLOSE)
        if depth < 0:
            return i
    return len(line)


def needed(texts: Sequence[str], last: str) -> tuple[str, ...]:
    """Return those declarations, in order, whose names the last one mentions, directly or through others.

    >>> needed(["theorem a : P := x", "theorem b : Q := y"], "theorem c : R := b")
    ('theorem b : Q := y',)
    """
    named = [(m[1], t) for t in texts if (m := re.match(r"(?:theorem|def)\s+(\S+)", t))]
    due, kept = [last], list[str]()
    for name, text in reversed(named):
        if any(re.search(rf"(?<![\w.'])(?:QED\.Proof\.)?{re.escape(name)}(?![\w'])", t) for t in due):
            kept.append(text)
            due.append(text)
    return tuple(reversed(kept))
