"""What Citewell can help with: topics and questions to start from, made from the content, so that each can be answered."""

from __future__ import annotations

from html import escape

from assistant.suggest import Suggestions
from corpus.library import Library
from corpus.page import Level, Page
from ui.render import ask_button

MOST = 4
"""Questions of a page that are shown."""


def topics_html(library: Library, suggest: Suggestions) -> str:
    """Every page as a topic that opens, with its summary and questions that it answers, in English like the content."""
    return '<div class="cw-topics" lang="en">' + "".join(topic_html(page, suggest) for page in in_order(library)) + "</div>"


def in_order(library: Library) -> list[Page]:
    """The pages, those in plain words first, and among them those about which people ask most."""
    asked = {page.id: sum(len(library.questions_of(passage.id)) for passage in page.passages) for page in library.pages.values()}
    return sorted(library.pages.values(), key=lambda page: (not page.at(Level.PLAIN), -asked[page.id]))


def topic_html(page: Page, suggest: Suggestions) -> str:
    """One topic."""
    plain_first = sorted(page.passages, key=lambda passage: passage.level is not Level.PLAIN)
    questions = list(dict.fromkeys(filter(None, (suggest(passage.id) for passage in plain_first))))[:MOST]
    buttons = "".join(map(ask_button, questions))
    return (
        f"<details><summary>{escape(page.title)}</summary>"
        f'<p class="cw-small">{escape(page.summary)}</p><div class="cw-related">{buttons}</div></details>'
    )
