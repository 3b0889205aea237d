"""HTML in which text is escaped by construction: only what these functions made counts as markup."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from string import Template

STATIC = Path(__file__).parent / "static"
SHAPES = frozenset({"circle", "line", "path", "polygon", "rect"})
"""Elements of a drawing, which have no content; unlike in HTML, a drawing has to say so."""


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Piece = Markup | str | None
Attribute = str | float | bool | None


def markup(*pieces: Piece) -> Markup:
    """Pieces one after the other; what is no markup is escaped, None is nothing."""
    return Markup("".join(piece if isinstance(piece, Markup) else escape(piece) for piece in pieces if piece is not None))


def element(name: str, *pieces: Piece, **attributes: Attribute) -> Markup:
    """One element; `class_` is class, `aria_label` is aria-label, True is a bare attribute, None and False leave it out."""
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(shortest(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    return Markup(f"<{name}{written}/>" if name in SHAPES else f"<{name}{written}>{markup(*pieces)}</{name}>")


def shortest(value: str | float) -> str:
    """An attribute's value; a coordinate needs no more than two digits behind the point."""
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")


def table(caption: Piece, head: Sequence[Piece], rows: Iterable[Sequence[Piece]], class_: str = "", note: Piece = None) -> Markup:
    """A table with a caption, whose first column names its rows; it scrolls by itself, so that the page never does."""
    columns = element("tr", *(element("th", cell, scope="col") for cell in head))
    lines = [
        element(
            "tr",
            element("th", first, scope="row"),
            *(element("td", cell, data_label=None if isinstance(name, Markup) else name) for name, cell in pairs),
        )
        for first, pairs in ((row[0], zip(head[1:], row[1:], strict=True)) for row in rows)
    ]
    title = element("caption", caption, element("span", note, class_="note") if note else None)
    inner = element("table", title, element("thead", columns), element("tbody", *lines), class_=class_ or None)
    return element("div", inner, class_="scroll", tabindex="0", role="region", aria_label=f"Table: {plain(caption)}")


def plain(piece: Piece) -> str:
    """The caption as a label: captions are given as text."""
    return str(piece or "")


def folded(summary: Piece, *pieces: Piece, unfolded: bool = False, class_: str | None = None) -> Markup:
    """Content behind a line that opens it."""
    return element("details", element("summary", summary), *pieces, open=unfolded, class_=class_)


def section(name: str, title: str, *pieces: Piece) -> Markup:
    """A part of the page that the navigation links to."""
    heading = element("h2", title, id=f"{name}-title")
    return element("section", heading, *pieces, id=name, aria_labelledby=f"{name}-title")


def embedded(values: object) -> Markup:
    """Values as JSON that may stand in a script element: no `<` is left, so nothing in them can end it or open a comment."""
    text = json.dumps(values, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028"))


def page(title: str, body: Markup, data: object) -> str:
    """A whole document with its style, script and data in it; its policy forbids every request and every other script."""
    style = (STATIC / "report.css").read_text(encoding="utf-8")
    script = "".join((STATIC / name).read_text(encoding="utf-8") for name in ("cards.js", "report.js"))
    policy = f"default-src 'none'; img-src data:; style-src {digest(style)}; script-src {digest(script)}; base-uri 'none'"
    return Template((STATIC / "report.html").read_text(encoding="utf-8")).substitute(
        title=escape(title), policy=policy, style=style, script=script, body=body, data=embedded(data)
    )


def digest(text: str) -> str:
    """The name of an inline script or style in a content security policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def write_page(path: Path, text: str) -> None:
    """Write a page whole; a lone surrogate, which no UTF-8 can hold, becomes a character reference."""
    fresh = path.with_name(path.name + ".part")
    fresh.write_text(text, encoding="utf-8", errors="xmlcharrefreplace", newline="\n")
    fresh.replace(path)
