"""Parts -> SVG text. Whatever stands in an attribute or between tags is escaped here and nowhere else."""

import re
import zlib
from collections.abc import Sequence
from html import escape
from typing import Final, TypeAlias

Svg: TypeAlias = str
"""text that is SVG already; everything else goes through `words` or an attribute"""
Value: TypeAlias = str | int | float

OLD: Final = "var(--plot-old, #c2410c)"
NEW: Final = "var(--plot-new, #2f81f7)"
BOUND: Final = "var(--plot-bound, #7d6bb3)"
"""each stands out from white and from near black by 3 : 1 at least"""
TEXT: Final = "currentColor"
PAPER: Final = "var(--plot-paper, Canvas)"
"""what lies under the drawing: `Canvas` is the browser's own, light or dark as the page asks for"""
FAINT: Final = 0.18
"""opacity of a grid"""
ALONE: Final = (
    ":root{color:#1f2328;background:#fff;--plot-paper:#fff}"
    "@media (prefers-color-scheme:dark){:root{color:#e6edf3;background:#0d1117;--plot-paper:#0d1117;"
    "--plot-old:#f0883e;--plot-new:#58a6ff;--plot-bound:#b8a6f0}}"
)
"""the style of a drawing that is a file of its own"""
_CONTROL: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""characters that XML does not have"""


def element(name: str, attributes: dict[str, Value], *children: Svg) -> Svg:
    """Return an element; `_` in the name of an attribute stands for `-`.

    >>> element("path", {"d": "M0 0", "stroke_width": 1.5})
    '<path d="M0 0" stroke-width="1.5"/>'
    """
    shown = "".join(f' {k.replace("_", "-")}="{_shown(v)}"' for k, v in attributes.items())
    return f"<{name}{shown}>{''.join(children)}</{name}>" if children else f"<{name}{shown}/>"


def words(text: str) -> Svg:
    """Return a text that stands between tags.

    >>> words("a < b" + chr(0))
    'a &lt; b\ufffd'
    """
    return escape(_CONTROL.sub("\ufffd", text))


def _shown(value: Value) -> str:
    return words(value) if isinstance(value, str) else number(value)


def number(value: float) -> str:
    """Return a number with two decimals at most, which are the same on every machine.

    >>> number(3.14159), number(2.0), number(-0.001)
    ('3.14', '2', '0')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def label(x: float, y: float, text: str, *, anchor: str = "middle", size: float = 11, **more: Value) -> Svg:
    """Return a line of text in the colour of what is around it."""
    return element("text", {"x": x, "y": y, "text_anchor": anchor, "font_size": size, "fill": TEXT, **more}, words(text))


def line(points: Sequence[tuple[float, float]], colour: str, *, dashes: str = "", width: float = 1.5) -> Svg:
    """Return a line through points; nothing through fewer than two."""
    if len(points) < 2:  # noqa: PLR2004 - a line has two ends
        return ""
    path = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)
    more: dict[str, Value] = {"stroke_dasharray": dashes} if dashes else {}
    return element("path", {"d": path, "fill": "none", "stroke": colour, "stroke_width": width, **more})


def circle(x: float, y: float, colour: str, said: str) -> Svg:
    """Return a mark that is a disc, with what it stands for."""
    return element("circle", {"cx": x, "cy": y, "r": 3, "fill": colour}, element("title", {}, words(said)))


def square(x: float, y: float, colour: str, said: str) -> Svg:
    """Return a mark that is a square, with what it stands for."""
    box: dict[str, Value] = {"x": x - 3, "y": y - 3, "width": 6, "height": 6, "fill": colour}
    return element("rect", box, element("title", {}, words(said)))


def drawing(
    name: str, size: tuple[float, float], title: str, description: str, *parts: Svg, alone: bool = False
) -> Svg:
    """Return a whole drawing; `alone` makes it a file of its own.

    `name` and what it shows tell it from others on the same page, on which two may be of one thing at two times.
    """
    shown = zlib.crc32("\n".join((title, description, *parts)).encode(errors="backslashreplace"))
    key = f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}-{shown:08x}"
    frame: dict[str, Value] = {
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {number(size[0])} {number(size[1])}", "width": size[0],
        "height": size[1], "role": "img", "aria_labelledby": f"{key}-title {key}-words", "font_family": "sans-serif",
        "class": "plot",
    }  # fmt: skip
    said = element("title", {"id": f"{key}-title"}, words(title)), element("desc", {"id": f"{key}-words"}, words(description))
    style = (element("style", {}, ALONE),) if alone else ()
    return element("svg", frame, *said, *style, *parts) + ("\n" if alone else "")
