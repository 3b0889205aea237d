"""The journal as a file for staff: JSONL or CSV, with the sources of each reply."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Literal

from assistant.records import ExchangeBody

PLAIN: tuple[Literal["at", "answer_id", "conversation_id", "level", "kind", "question", "answer"], ...] = (
    "at",
    "answer_id",
    "conversation_id",
    "level",
    "kind",
    "question",
    "answer",
)
"""What goes into a cell as it is."""


def json_rows(found: Iterable[ExchangeBody]) -> Iterator[str]:
    """Exchanges as JSON, one a line."""
    for each in found:
        yield json.dumps(each, ensure_ascii=False) + "\n"


def csv_rows(found: Iterable[ExchangeBody]) -> Iterator[str]:
    """Exchanges as CSV, one a line, with the sources of each."""
    yield csv_line((*PLAIN, "sources", "feedback", "comment", "reviews"))
    for each in found:
        given = each["feedback"]
        sources = " ".join(dict.fromkeys(citation["passage_id"] for citation in each["body"].get("citations", [])))
        said = ("helpful" if given["helpful"] else given["reason"] or "not helpful", given["comment"]) if given else ("", "")
        judged = "; ".join(f"{review['verdict']} ({review['by']}) {review['note']}".strip() for review in each["reviews"])
        yield csv_line((*(each[name] for name in PLAIN), sources, *said, judged))


def csv_line(values: tuple[str, ...]) -> str:
    """One line; a cell that a spreadsheet would run as a formula is made plain text."""
    out = io.StringIO()
    csv.writer(out).writerow([f"'{value}" if value[:1] in "=+-@\t\r" and value else value for value in values])
    return out.getvalue()
