"""A reviewer's signature on a page, in its front matter: who read it, as what, when, and when it is due again."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from corpus.exceptions import ContentError
from corpus.library import CONTENT, read_library

FIELDS = ("reviewed", "reviewer", "review_due")


def sign(page: str, reviewer: str, role: str, on: date, due: date, folder: Path = CONTENT) -> Path:
    """Write a signature into a page; its file.

    Raises:
        ContentError: there is no such page, the signature makes no sense, or the page breaks a rule with it.
    """
    path = folder / "content" / f"{page}.md"
    if not path.is_file():
        names = ", ".join(sorted(each.stem for each in path.parent.glob("*.md")))
        raise ContentError(path, 1, f"there is no page {page!r}; pages: {names}")
    if not reviewer.strip() or not role.strip() or any(mark in reviewer + role for mark in '\n"\\'):
        raise ContentError(path, 1, "give the reviewer's name and role, without quotation marks")
    if due <= on:
        raise ContentError(path, 1, f"the next review has to be due after {on}")
    before = path.read_text(encoding="utf-8")
    text = before
    for name, value in zip(FIELDS, (on.isoformat(), f'"{reviewer.strip()}, {role.strip()}"', due.isoformat()), strict=True):
        text, count = re.subn(rf"(?m)^{name}:.*$", f"{name}: {value}", text, count=1)
        if not count:
            raise ContentError(path, 1, f"the front matter has no line {name}")
    path.write_text(text, encoding="utf-8")
    try:
        read_library(folder)
    except ContentError:
        path.write_text(before, encoding="utf-8")
        raise
    return path
