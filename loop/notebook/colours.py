"""Parts of Python text by kind, for whoever gives them colours; nothing is lost, and text that does not read is one part."""

import io
import keyword
import tokenize
from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["", "keyword", "string", "comment", "number", "definition", "decorator"]
_NAMED: Final[dict[int, Kind]] = {tokenize.STRING: "string", tokenize.COMMENT: "comment", tokenize.NUMBER: "number"}


def parts(text: str) -> Iterator[tuple[Kind, str]]:
    """Yield the parts of a text in their order, which together are the text.

    >>> [p for p in parts("def f(): return 1") if p[0]]
    [('keyword', 'def'), ('definition', 'f'), ('keyword', 'return'), ('number', '1')]
    """
    try:
        tokens = [t for t in tokenize.generate_tokens(io.StringIO(text, newline="").readline) if t.string.strip()]
    except (tokenize.TokenError, SyntaxError):
        yield "", text
        return
    starts = _starts(text)
    end, before = 0, ""
    for token in tokens:
        at = starts[token.start[0] - 1] + token.start[1]
        if at > end:
            yield "", text[end:at]
        end = starts[token.end[0] - 1] + token.end[1]
        yield _kind(token, before), text[at:end]
        before = token.string
    if end < len(text):
        yield "", text[end:]


def _starts(text: str) -> list[int]:
    """Return where each line begins, as `io.StringIO` reads lines without turning their ends into others."""
    out = [0]
    for line in io.StringIO(text, newline=""):
        out.append(out[-1] + len(line))
    return out


def _kind(token: tokenize.TokenInfo, before: str) -> Kind:
    if token.type == tokenize.NAME:
        if before == "@":
            return "decorator"
        return "keyword" if keyword.iskeyword(token.string) else "definition" if before in {"def", "class"} else ""
    if token.string == "@" and token.line[: token.start[1]].strip() == "":
        return "decorator"
    return _NAMED.get(token.type, "")
