"""The sheet for a visit: what was asked, what was quoted, what was not covered, what to ask; made from the page, kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import zip_longest

from assistant.types import Answer, Decision
from corpus.library import Library
from corpus.page import Passage
from ui.render import Shown, entities
from ui.words import Words

MOST_QUESTIONS = 8
OPEN = {Decision.IN_DOMAIN_NOT_COVERED, Decision.DOSING, Decision.DIAGNOSIS}
"""Replies after which the care team has to be asked."""
LINES: Mapping[Decision, str] = {
    Decision.SELF_HARM: "sheet_turn_urgent",
    Decision.EMERGENCY: "sheet_turn_urgent",
    Decision.URGENT_CLINICIAN: "sheet_turn_urgent",
    Decision.DOSING: "sheet_turn_refused",
    Decision.DIAGNOSIS: "sheet_turn_refused",
    Decision.IN_DOMAIN_NOT_COVERED: "not_covered",
}
LEFT_OUT = {Decision.CHITCHAT, Decision.GIBBERISH, Decision.INJECTION, Decision.OUT_OF_SCOPE, Decision.UNSUPPORTED_LANGUAGE}
"""What no visit needs."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A conversation as a patient takes it to a visit."""

    replies: tuple[Answer, ...]
    sources: Mapping[Passage, int]
    ask: tuple[str, ...]
    """Questions from the pages that were quoted."""

    @property
    def open(self) -> tuple[str, ...]:
        """The person's own questions that got no answer here."""
        return tuple(answer.question.text for answer in self.replies if answer.kind in OPEN)


def make_sheet(replies: Sequence[Shown], library: Library) -> Sheet:
    """The sheet of a conversation; a question that was asked twice stands once, with its last reply."""
    latest = {shown.answer.question.text.strip().casefold(): shown.answer for shown in replies}
    kept = tuple(answer for answer in latest.values() if answer.kind not in LEFT_OUT)
    cited = dict.fromkeys(citation.passage for answer in kept for citation in answer.citations)
    pages = dict.fromkeys(passage.page for passage in cited)
    by_page = [library.pages[page].ask for page in pages if page in library.pages]
    # One question a page in turn, so that every topic of the conversation has its own.
    ask = [text for row in zip_longest(*by_page) for text in row if text]
    return Sheet(kept, {passage: number for number, passage in enumerate(cited, 1)}, tuple(dict.fromkeys(ask))[:MOST_QUESTIONS])


def sheet_html(sheet: Sheet, library: Library, words: Words, standing: str, today: date) -> str:
    """The sheet as HTML that prints on its own."""
    if not sheet.replies:
        return f"<p>{escape(words('sheet_empty'))}</p>"
    parts = [f"<p>{escape(words('sheet_line', date=f'{today:%d %B %Y}', version=library.version))}</p>"]
    parts.append(f"<h3>{escape(words('sheet_asked'))}</h3>")
    parts += [asked_html(answer, sheet, words) for answer in sheet.replies]
    if sheet.open:
        parts.append(f"<h3>{escape(words('sheet_missing'))}</h3>{listed(entities(text) for text in sheet.open)}")
    if sheet.ask:
        parts.append(f"<h3>{escape(words('sheet_ask'))}</h3>{listed((escape(text) for text in sheet.ask), 'en')}")
    if sheet.sources:
        items = "".join(f'<li value="{number}">{source_line(each, library)}</li>' for each, number in sheet.sources.items())
        parts.append(f'<h3>{escape(words("sheet_sources"))}</h3><ol lang="en">{items}</ol>')
    lines = '<div class="cw-line"></div>' * 6
    parts.append(f'<h3>{escape(words("sheet_notes"))}</h3>{lines}<p class="cw-small" lang="en">{escape(standing)}</p>')
    return "".join(parts)


def asked_html(answer: Answer, sheet: Sheet, words: Words) -> str:
    """One question with what was quoted."""
    said = f'<p class="cw-sheet-asked" dir="auto">{entities(answer.question.text)}</p>'
    if answer.statements:
        quoted = " ".join(
            escape(statement.text) + "".join(f" [{sheet.sources[citation.passage]}]" for citation in statement.citations)
            for statement in answer.statements
        )
        said += f'<p class="cw-sheet-quoted" lang="en">{quoted}</p>'
    key = LINES.get(answer.kind, "" if answer.statements else "sheet_turn_other")
    return f'<div class="cw-sheet-turn">{said}' + (f"<p><em>{escape(words(key))}</em></p>" if key else "") + "</div>"


def source_line(passage: Passage, library: Library) -> str:
    """A source with the evidence behind it and its studies."""
    labels = library.labels
    evidence = f" {escape(labels.evidence[passage.evidence].words)}." if passage.evidence else ""
    review = labels.review.done if passage.reviewed else labels.review.pending
    studies = "; ".join(library.references[key].text for key in passage.references) or labels.no_study
    return f"{escape(passage.title)}: {escape(passage.heading)}.{evidence} {escape(review)}. {escape(studies)}"


def listed(items: Iterable[str], language: str = "") -> str:
    """A list with a box before each entry."""
    code = f' lang="{language}"' if language else ""
    return f'<ul class="cw-boxes"{code}>' + "".join(f"<li>{item}</li>" for item in items) + "</ul>"
