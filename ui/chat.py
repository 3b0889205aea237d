"""What happens on the page: ask, ask again at another level, draw, forget; holds nothing but a bounded memo of answers."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache

from assistant.countries import Country
from assistant.exceptions import UnknownConversation
from assistant.journal import Journal
from assistant.pipeline import Assistant
from assistant.types import Answer, Question
from assistant.wire import to_body
from corpus.page import Level
from ui.marks import Glossary
from ui.render import Renderer, Shown
from ui.state import State
from ui.words import Words, language_for

MOST_SHOWN = 30
"""Replies that stand on the page; older ones are in the sheet for the care team."""
MEMO = 600
"""Answers that are kept in memory so that a conversation is drawn anew without being answered anew."""


class Chat:
    """The events of the page."""

    def __init__(
        self, assistant: Assistant, countries: Mapping[str, Country], languages: Mapping[str, Words], journal: Journal | None
    ) -> None:
        self.assistant = assistant
        self.countries = countries
        self.languages = languages
        self.journal = journal
        self.glossary = Glossary(assistant.library)
        self.answered = lru_cache(maxsize=MEMO)(self._answer)

    def ask(self, state: State, text: str, level: Level) -> State:
        """The conversation with one more message that can be answered, recorded with its reply.

        Raises:
            BadQuestion: the message cannot be read or is too long.
        """
        asked = state.asked(text, level)
        self._record(asked)
        return asked

    def at_level(self, state: State, level: Level) -> State:
        """The conversation with its last message answered at another level; the same when there is nothing to answer again."""
        if not state.turns or state.turns[-1].level is level:
            return state
        asked = state.at_level(level)
        self._record(asked)
        return asked

    def forget(self, state: State) -> State:
        """An empty conversation with the reader's choices; whatever was recorded of the old one is deleted.

        Raises:
            JournalUnavailable: the records cannot be reached, so nothing was deleted.
        """
        if self.journal and state.conversation:
            with suppress(UnknownConversation):  # nothing of it was kept
                self.journal.delete(state.conversation)
        self.answered.cache_clear()
        return State(language=state.language, country=state.country)

    def replies(self, state: State) -> tuple[Shown, ...]:
        """Every reply of a conversation, in order, as its reader sees it."""
        return tuple(Shown(self.reply(state, number), turn.answer) for number, turn in enumerate(state.turns))

    def reply(self, state: State, number: int) -> Answer:
        """The reply to one message, its notice in the wording of the reader's country."""
        answer = self.answered(state.question(number), self.assistant.withdrawn())
        country = self.country(state)
        if answer.notice is None or country == self.assistant.policy.country:
            return answer
        return replace(answer, notice=self.countries[country].policy.notice(answer.verdict))

    def draw(self, state: State, accepts: str) -> str:
        """The conversation as HTML; `accepts` is the Accept-Language header."""
        return self.renderer(state, accepts).log(self.replies(state), max(0, len(state.turns) - MOST_SHOWN))

    def renderer(self, state: State, accepts: str) -> Renderer:
        """What draws for this reader."""
        return Renderer(
            library=self.assistant.library,
            glossary=self.glossary,
            words=self.words(state, accepts),
            countries=self.countries,
            country=self.country(state),
            starters=self.assistant.policy.starters,
            feedback=self.journal is not None,
        )

    def words(self, state: State, accepts: str) -> Words:
        """The page's own words in the reader's language."""
        return self.languages[language_for(state.language or accepts, self.languages)]

    def country(self, state: State) -> str:
        """Whose numbers the reader sees."""
        return state.country if state.country in self.countries else self.assistant.policy.country

    def _answer(self, question: Question, withdrawn: frozenset[str]) -> Answer:
        """An answer; what is withdrawn is part of what it is remembered by."""
        return self.assistant.answer(question)

    def _record(self, state: State) -> None:
        answer = self.reply(state, len(state.turns) - 1)
        if self.journal:
            body = to_body(answer, self.assistant.library, state.turns[-1].answer, state.conversation)
            self.journal.record(answer, body)
