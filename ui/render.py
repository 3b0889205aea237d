"""Answers as HTML for the chat page: everything that a person or the content wrote is escaped here, and only here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from assistant.types import Answer, Citation, Decision, Notice, Statement
from corpus.library import Library
from corpus.page import Passage
from corpus.reference import Reference

LOOKS: Mapping[Decision, tuple[str, str]] = {
    Decision.ANSWER: ("answered", "Answer from our content"),
    Decision.IN_DOMAIN_NOT_COVERED: ("not-covered", "Not in our content"),
    Decision.SELF_HARM: ("urgent", "Help now"),
    Decision.EMERGENCY: ("urgent", "Help now"),
    Decision.URGENT_CLINICIAN: ("urgent", "Contact your care team"),
    Decision.DOSING: ("refused", "For your care team"),
    Decision.DIAGNOSIS: ("refused", "For your care team"),
}
"""Class and spoken label of a reply; any other decision is a plain notice."""


def entities(text: str) -> str:
    """Text in which no character can act as HTML or Markdown: everything but letters, digits and spaces as an entity."""
    return "".join(
        letter if letter.isalnum() or letter == " " else "<br>" if letter == "\n" else f"&#{ord(letter)};" for letter in text
    )


def user_html(text: str) -> str:
    """A person's own message, shown as they typed it."""
    return f'<div class="cw-user">{entities(text)}</div>'


def error_html(message: str) -> str:
    """A technical problem: never looks like an answer, and says what to do."""
    return (
        '<div class="cw-reply cw-error" role="alert"><p class="cw-kind">Technical problem</p>'
        f"<p>{entities(message)}</p><p>Your question is still in the box below. Please try again.</p></div>"
    )


def answer_html(answer: Answer, library: Library, turn: int) -> str:
    """A whole reply; `turn` keeps the anchors of different replies apart."""
    look, label = LOOKS.get(answer.kind, ("notice", "About Citewell"))
    numbers = {citation: number for number, citation in enumerate(answer.citations, 1)}
    parts = [f'<div class="cw-reply cw-{look}" lang="en"><p class="cw-kind">{escape(label)}</p>']
    if answer.notice:
        parts.append(notice_html(answer.notice))
    if answer.statements:
        parts.append(statements_html(answer.statements, numbers, turn))
        parts.append(sources_html(numbers, library, turn))
    parts.append("</div>")
    return "".join(parts)


def notice_html(notice: Notice) -> str:
    """A fixed reply."""
    paragraphs = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in notice.paragraphs)
    return f'<div class="cw-notice"><p class="cw-title">{escape(notice.title)}</p>{paragraphs}</div>'


def statements_html(statements: Sequence[Statement], numbers: Mapping[Citation, int], turn: int) -> str:
    """The sentences of an answer, each with numbered links to its sources."""
    said = " ".join(
        escape(statement.text) + "".join(cite_html(citation, numbers[citation], turn) for citation in statement.citations)
        for statement in statements
    )
    return f'<p class="cw-statements">{said}</p>'


def cite_html(citation: Citation, number: int, turn: int) -> str:
    """One citation mark."""
    name = escape(f"Source {number}: {citation.passage.title}", quote=True)
    return f'<a class="cw-cite" href="#{anchor(turn, number)}" aria-label="{name}">{number}</a>'


def anchor(turn: int, number: int) -> str:
    """The id of a quoted sentence on the page."""
    return f"reply-{turn}-source-{number}"


def sources_html(numbers: Mapping[Citation, int], library: Library, turn: int) -> str:
    """The sources of a reply, one a passage, in order of appearance."""
    grouped: dict[str, list[Citation]] = {}
    for citation in numbers:
        grouped.setdefault(citation.passage.id, []).append(citation)
    items = "".join(source_html(citations, numbers, library, turn) for citations in grouped.values())
    return f'<div class="cw-sources" role="group" aria-label="Sources"><p class="cw-sources-title">Sources</p>{items}</div>'


def source_html(citations: Sequence[Citation], numbers: Mapping[Citation, int], library: Library, turn: int) -> str:
    """One passage with its quoted sentences marked, its labels and its references."""
    passage = citations[0].passage
    listed = ", ".join(str(numbers[citation]) for citation in citations)
    return (
        f'<details class="cw-source"><summary><span class="cw-number">{listed}</span> '
        f"{escape(passage.title)}: {escape(passage.heading)}</summary>"
        f'<p class="cw-passage">{marked(passage, citations, numbers, turn)}</p>{labels_html(passage, library)}'
        f"{references_html(passage, library)}</details>"
    )


def marked(passage: Passage, citations: Sequence[Citation], numbers: Mapping[Citation, int], turn: int) -> str:
    """The passage's text with the quoted sentences marked."""
    quoted = {citation.quote: numbers[citation] for citation in citations}
    return " ".join(
        f'<mark id="{anchor(turn, quoted[sentence])}" tabindex="-1">{escape(sentence)}</mark>'
        if sentence in quoted
        else escape(sentence)
        for sentence in passage.sentences
    )


def labels_html(passage: Passage, library: Library) -> str:
    """How strong the evidence is, whom it is about, and who reviewed the page."""
    labels = library.labels
    lines = []
    if passage.evidence:
        evidence = labels.evidence[passage.evidence]
        lines.append(f"<dt>Evidence</dt><dd><strong>{escape(evidence.words)}.</strong> {escape(evidence.meaning)}</dd>")
        lines.append(f"<dt>Who it is about</dt><dd>{escape(labels.population[passage.population])}</dd>")
        review = f"{labels.review.done}, {passage.reviewed:%d %B %Y}" if passage.reviewed else labels.review.pending
        lines.append(f"<dt>Review</dt><dd>{escape(review)}</dd>")
    return f'<dl class="cw-labels">{"".join(lines)}</dl>' if lines else ""


def references_html(passage: Passage, library: Library) -> str:
    """The studies behind a passage, or that there is none."""
    if not passage.references:
        return f'<p class="cw-no-study">{escape(library.labels.no_study)}</p>'
    items = "".join(f"<li>{reference_html(library.references[key], library)}</li>" for key in passage.references)
    return f'<p class="cw-references-title">Studies behind this passage</p><ul class="cw-references">{items}</ul>'


def reference_html(reference: Reference, library: Library) -> str:
    """One bibliography entry with its status and, where an address was confirmed, a link."""
    status = library.labels.status[reference.status]
    text = escape(reference.text)
    if reference.url:
        text = f'<a href="{escape(reference.url, quote=True)}" target="_blank" rel="noopener noreferrer">{text}</a>'
    return f'{text} <span class="cw-status">({escape(status.words)})</span>'
