"""Values -> HTML. Everything that is put into a page is text: escaped, and with what cannot be seen written out."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from loop.words import SHORT, cost_text, duration

KEPT: Final = "\n\t"
"""what is no letter and stands in a page as it is"""


def visible(value: object) -> object:
    r"""Return text with what would turn it round, hide in it or steer whoever shows it written out as Python writes it.

    Markup that this package made is left as it is.

    >>> visible("a" + chr(0x202E) + "b")
    'a\\u202eb'
    """
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    return "".join(c if c.isprintable() or c in KEPT else c.encode("unicode_escape").decode("ascii") for c in value)


@cache
def environment() -> Environment:
    """Return the templates of this package."""
    made = Environment(
        loader=PackageLoader("loop.serve"), autoescape=True, undefined=StrictUndefined, finalize=visible, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {"short": short, "cost": cost_text, "duration": duration}
    return made


def short(name: str) -> str:
    """Return as many digits of a node's name as people are shown."""
    return name[:SHORT]


def drawn(svg: str) -> Markup:
    """Return a drawing of `loop.plots`, which escapes what stands in it, so that it is put into a page as it is."""
    return Markup(visible(svg))  # noqa: S704 - see above


def html(template: str, values: Mapping[str, Any]) -> str:
    """Return a template with its values."""
    return environment().get_template(template).render(values)


def page(template: str, values: Mapping[str, Any], status: int = 200) -> HTMLResponse:
    """Answer with a page."""
    return HTMLResponse(html(template, values), status)
