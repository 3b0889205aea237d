"""One source as HTML: the whole passage with the quoted sentences marked, its labels and the studies behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from html import escape

from corpus.library import BIBLIOGRAPHY, Library
from corpus.page import Passage
from corpus.reference import Reference
from ui.words import Words


def source_link(passage: Passage, quotes: Iterable[str]) -> str:
    """The address of a source: it works without scripts, in a new tab and when copied."""
    wanted = set(quotes)
    numbers = ",".join(str(number) for number, sentence in enumerate(passage.sentences) if sentence in wanted)
    return f"/sources/{passage.id}?quoted={numbers}"


def source_html(passage: Passage, quoted: Collection[int], library: Library, words: Words) -> str:
    """A passage as its readers see it, with the sentences of these numbers (from 0) marked."""
    own = library.pages.get(passage.page)
    version = f"{library.version} / {own.version}" if own else library.version
    return (
        f'<article class="cw-passage-view" lang="en"><h2 class="cw-source-page" tabindex="-1">{escape(passage.title)}</h2>'
        f"<h3>{escape(passage.heading)}</h3>"
        f'<p class="cw-passage">{marked(passage, quoted)}</p>'
        f"{labels_html(passage, library, words, version)}{references_html(passage, library, words)}</article>"
    )


def marked(passage: Passage, quoted: Collection[int]) -> str:
    """The passage's text with the quoted sentences marked."""
    return " ".join(
        f"<mark>{escape(sentence)}</mark>" if number in quoted else escape(sentence)
        for number, sentence in enumerate(passage.sentences)
    )


def labels_html(passage: Passage, library: Library, words: Words, version: str) -> str:
    """How strong the evidence is, whom it is about, and who reviewed the page."""
    labels = library.labels
    lines = []
    if passage.evidence:
        evidence = labels.evidence[passage.evidence]
        lines.append((words("evidence"), f"<strong>{escape(evidence.words)}.</strong> {escape(evidence.meaning)}"))
        lines.append((words("who"), escape(labels.population[passage.population])))
        review = f"{labels.review.done}, {passage.reviewed:%d %B %Y}" if passage.reviewed else labels.review.pending
        lines.append((words("review"), escape(review)))
    lines.append((words("version"), escape(version)))
    entries = "".join(f'<div><dt lang="{words.code}">{escape(name)}</dt><dd>{text}</dd></div>' for name, text in lines)
    return f'<dl class="cw-labels">{entries}</dl>'


def references_html(passage: Passage, library: Library, words: Words) -> str:
    """The studies behind a passage, or that there is none."""
    if not passage.references:
        return f'<p class="cw-no-study">{escape(library.labels.no_study)}</p>'
    items = "".join(f"<li>{reference_html(library.references[key], library, words)}</li>" for key in passage.references)
    title = f'<h3 class="cw-references-title" lang="{words.code}">{escape(words("studies"))}</h3>'
    return f'{"" if passage.page == BIBLIOGRAPHY else title}<ul class="cw-references">{items}</ul>'


def reference_html(reference: Reference, library: Library, words: Words) -> str:
    """One bibliography entry with its status and, where an address was confirmed, a link."""
    status = library.labels.status[reference.status]
    text = escape(reference.text)
    if reference.url:
        elsewhere = f'<span class="cw-sr" lang="{words.code}"> ({escape(words("opens_elsewhere"))})</span>'
        address = escape(reference.url, quote=True)
        text = f'<a href="{address}" target="_blank" rel="noopener noreferrer">{text}{elsewhere}</a>'
    return f'{text} <span class="cw-status"><strong>{escape(status.words)}.</strong> {escape(status.meaning)}</span>'


def whole_page(title: str, body: str, language: str) -> str:
    """A page without scripts, for a source that is opened by itself."""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/static/page.css"></head>'
        f'<body class="cw-alone"><main id="cw-source">{body}</main></body></html>'
    )
