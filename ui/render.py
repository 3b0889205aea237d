"""The conversation as HTML: everything that a person or the content wrote is escaped here, and only here."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from assistant.countries import Country
from assistant.extractive import about_others
from assistant.types import Answer, Citation, Decision, Notice
from corpus.library import Library
from ui.marks import Glossary
from ui.sources import source_link
from ui.words import Words

LOOKS: Mapping[Decision, tuple[str, str]] = {
    Decision.ANSWER: ("answered", "answered"),
    Decision.IN_DOMAIN_NOT_COVERED: ("not-covered", "not_covered"),
    Decision.SELF_HARM: ("urgent", "emergency"),
    Decision.EMERGENCY: ("urgent", "emergency"),
    Decision.URGENT_CLINICIAN: ("urgent", "urgent"),
    Decision.DOSING: ("refused", "refused"),
    Decision.DIAGNOSIS: ("refused", "refused"),
}
"""Class and spoken label of a reply; any other decision is a plain notice about Citewell."""
CALLS: Mapping[Decision, tuple[str, ...]] = {
    Decision.SELF_HARM: ("crisis", "emergency"),
    Decision.EMERGENCY: ("emergency", "poison"),
    Decision.URGENT_CLINICIAN: ("emergency",),
}
"""Which numbers stand on the card of a red flag."""


def entities(text: str) -> str:
    """Text in which no character can act as HTML or Markdown: everything but letters, digits and spaces as an entity."""
    return "".join(
        letter if letter.isalnum() or letter == " " else "<br>" if letter == "\n" else f"&#{ord(letter)};" for letter in text
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """A reply with what the page needs to show it."""

    answer: Answer
    id: str


@dataclass(frozen=True)
class Renderer:
    """Draws one conversation for one reader; made anew for each drawing."""

    library: Library
    glossary: Glossary
    words: Words
    countries: Mapping[str, Country]
    country: str
    starters: tuple[str, ...]
    """Questions to begin with."""
    feedback: bool
    """Whether there is a journal that could keep what readers say of a reply."""
    numbers: dict[str, int] = field(default_factory=dict)
    """Passage id to the number that it keeps throughout the conversation."""

    def log(self, replies: Sequence[Shown], left_out: int = 0, mark: str = "") -> str:
        """The whole conversation, the first few replies `left_out` of it; `mark` tells drawings apart, and is new each time."""
        parts = [self.turn(shown, number, shown_now=number >= left_out) for number, shown in enumerate(replies)]
        if left_out:
            parts.insert(0, f'<p class="cw-older">{escape(self.words("older"))}</p>')
        if not replies:
            starters = "".join(map(ask_button, self.starters))
            parts = [f'<p class="cw-empty">{escape(self.words("empty"))}</p><div class="cw-related">{starters}</div>']
        name = escape(self.words("conversation"), quote=True)
        # The page announces each reply by itself: a live region would read out the whole conversation again.
        mark = mark or secrets.token_hex(4)
        return f'<div role="log" aria-live="off" aria-label="{name}" class="cw-log" data-drawn="{mark}">{"".join(parts)}</div>'

    def turn(self, shown: Shown, number: int, shown_now: bool = True) -> str:
        """One message and its reply; one that is left out still counts for the numbers of sources."""
        for citation in shown.answer.citations:
            self.numbers.setdefault(citation.passage.id, len(self.numbers) + 1)
        if not shown_now:
            return ""
        reply = self.reply(shown, number)
        return f'<section class="cw-turn" data-turn="{number}">{self.user(shown.answer.question.text)}{reply}</section>'

    def user(self, text: str) -> str:
        """A person's own message, shown as they typed it."""
        said = f'<span class="cw-sr">{escape(self.words("you_asked"))}: </span>'
        return f'<h2 class="cw-user" tabindex="-1" dir="auto">{said}{entities(text)}</h2>'

    def problem(self, message: str, again: bool = True) -> str:
        """A technical problem: never looks like an answer, and says what to do."""
        button = f'<p><button type="button" class="cw-again">{escape(self.words("try_again"))}</button></p>' if again else ""
        return (
            f'<div class="cw-reply cw-error" role="alert" lang="{self.words.code}">'
            f"{kind_html('error', self.words('error'))}<p>{escape(message)}</p>{button}</div>"
        )

    def reply(self, shown: Shown, number: int) -> str:
        """A whole reply."""
        answer = shown.answer
        look, label = LOOKS.get(answer.kind, ("notice", "about"))
        parts = [kind_html(look, self.words(label))]
        if answer.notice:
            parts.append(notice_html(answer.notice, self.calls(answer.kind) if answer.kind.red_flag else ""))
        if answer.falls_back:
            word = escape(self.words(f"fallback_{answer.question.level.value}"))
            parts.append(f'<p class="cw-small" lang="{self.words.code}">{word}</p>')
        if answer.statements:
            parts.append(self.statements(answer))
            parts.append(self.sources(answer))
        if answer.related:
            parts.append(self.related(answer))
        parts.append(self.tools(shown))
        return (
            f'<div class="cw-reply cw-{look}" lang="en" data-answer="{escape(shown.id, quote=True)}" '
            f'data-kind="{answer.kind.value}" data-turn="{number}">{"".join(parts)}</div>'
        )

    def statements(self, answer: Answer) -> str:
        """The sentences of an answer in short paragraphs, one a source, each with numbered links.

        A paragraph about the group of readers that does not ask says whom it is about.
        """
        paragraphs: list[list[str]] = []
        last, seen = "", set[str]()
        for statement in answer.statements:
            passage = statement.citations[0].passage
            text = self.glossary.explain(statement.text, seen) + "".join(map(self.cite, statement.citations))
            if passage.id != last:
                paragraphs.append([])
                if answer.query and about_others(answer.query, passage):
                    about = escape(self.library.labels.population[passage.population])
                    paragraphs[-1].append(f'<span class="cw-whom">{about}:</span>')
            paragraphs[-1].append(text)
            last = passage.id
        return '<div class="cw-statements">' + "".join(f"<p>{' '.join(each)}</p>" for each in paragraphs) + "</div>"

    def cite(self, citation: Citation) -> str:
        """One citation mark: a link that also works without scripts."""
        passage = citation.passage
        number = self.numbers[passage.id]
        name = escape(self.words("source", number=number, title=passage.title), quote=True)
        label = self.library.labels.evidence[passage.evidence].words if passage.evidence else ""
        return (
            f'<a class="cw-cite" href="{escape(source_link(passage, [citation.quote]), quote=True)}" aria-label="{name}" '
            f'data-quote="{escape(citation.quote, quote=True)}" data-label="{escape(label, quote=True)}">{number}</a>'
        )

    def sources(self, answer: Answer) -> str:
        """The sources of a reply, one a passage, in order of appearance."""
        quotes: dict[str, list[Citation]] = {}
        for citation in answer.citations:
            quotes.setdefault(citation.passage.id, []).append(citation)
        items = "".join(f"<li>{self.source(citations)}</li>" for citations in quotes.values())
        title = escape(f"{self.words('sources')} ({len(quotes)})")
        return f'<details class="cw-sources"><summary lang="{self.words.code}">{title}</summary><ul>{items}</ul></details>'

    def source(self, citations: Sequence[Citation]) -> str:
        """One line of the list of sources."""
        passage, labels = citations[0].passage, self.library.labels
        address = escape(source_link(passage, [citation.quote for citation in citations]), quote=True)
        about = [labels.evidence[passage.evidence].words] if passage.evidence else []
        about.append(labels.review.done if passage.reviewed else labels.review.pending)
        return (
            f'<a class="cw-open" href="{address}"><span class="cw-number">{self.numbers[passage.id]}</span> '
            f"{escape(passage.title)}: {escape(passage.heading)}</a> "
            f'<span class="cw-about">{escape("; ".join(about))}</span>'
        )

    def related(self, answer: Answer) -> str:
        """Questions that the content answers, as buttons; beside a reply that is no answer they are labelled as none."""
        title = self.words("nearest" if answer.kind is Decision.IN_DOMAIN_NOT_COVERED else "related")
        buttons = "".join(ask_button(text) for text in answer.related)
        name = escape(title, quote=True)
        return (
            f'<div class="cw-related" role="group" aria-label="{name}"><p class="cw-small" lang="{self.words.code}">'
            f"{escape(title)}</p>{buttons}</div>"
        )

    def calls(self, decision: Decision) -> str:
        """Numbers to call with one tap, and the country one tap away."""
        place = self.countries[self.country]
        links = "".join(
            f'<li><a class="cw-call" href="{call.link}">{escape(self.words(f"call_{call.kind}", number=call.number))}</a></li>'
            for kind in CALLS[decision]
            for call in place.calls
            if call.kind == kind
        )
        chosen = "".join(self.country_button(country) for country in self.countries.values())
        return (
            f'<div class="cw-calls" lang="{self.words.code}"><p class="cw-small">{escape(self.words("call_title"))}</p>'
            f'<ul>{links}</ul><p class="cw-small">{escape(self.words("country"))}</p>'
            f'<div class="cw-countries" role="group" aria-label="{escape(self.words("country"), quote=True)}">'
            f"{chosen}</div></div>"
        )

    def country_button(self, country: Country) -> str:
        """One country to choose."""
        pressed = "true" if country.code == self.country else "false"
        name = country.name or self.words("country_other")
        return f'<button type="button" data-country="{country.code}" aria-pressed="{pressed}">{escape(name)}</button>'

    def tools(self, shown: Shown) -> str:
        """What can be done with a reply."""
        actions = [("copy", "copy")]
        if shown.answer.kind is not Decision.UNSUPPORTED_LANGUAGE:
            actions.append(("read", "read"))
        if self.feedback:
            actions += [("helpful", "helpful"), ("not-helpful", "not_helpful")]
        buttons = "".join(
            f'<button type="button" class="cw-tool" data-do="{action}">{escape(self.words(key))}</button>'
            for action, key in actions
        )
        return f'<div class="cw-tools" lang="{self.words.code}">{buttons}</div>'


def kind_html(look: str, label: str) -> str:
    """The line that says what kind of reply this is; its icon is drawn by the style sheet."""
    return f'<p class="cw-kind"><span class="cw-icon cw-icon-{look}" aria-hidden="true"></span>{escape(label)}</p>'


def notice_html(notice: Notice, calls: str = "") -> str:
    """A fixed reply; numbers to call stand at once behind its first paragraph."""
    paragraphs = [f"<p>{escape(paragraph)}</p>" for paragraph in notice.paragraphs]
    said = "".join((*paragraphs[:1], calls, *paragraphs[1:]))
    return f'<div class="cw-notice"><p class="cw-title">{escape(notice.title)}</p>{said}</div>'


def ask_button(text: str) -> str:
    """A question that is asked when the button is pressed."""
    return f'<button type="button" class="cw-ask" lang="en" data-ask="{escape(text, quote=True)}">{escape(text)}</button>'
