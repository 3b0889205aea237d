"""The conversation as the page holds it: the one thing that a reply is derived from, since the server keeps none."""

from __future__ import annotations

import secrets
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from assistant.types import Question
from corpus.page import Level
from ui.exceptions import BadState

MOST_TURNS = 200
LONGEST_TEXT = 40_000
"""Characters of a message; a longer one than can be answered is still read for red flags."""
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{0,100}$")]


class Turn(BaseModel):
    """One message of a person, with the id of the reply that it got."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(max_length=LONGEST_TEXT)
    level: Level = Level.PLAIN
    answer: Id = ""


class State(BaseModel):
    """A conversation with what its reader chose."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    conversation: Id = ""
    """Unguessable; empty until the first reply."""
    language: str = Field(default="", max_length=10)
    """Of the page's own controls; empty means as the browser says."""
    country: str = Field(default="", max_length=20)
    """For the numbers in notices; empty means as the server is set."""
    turns: tuple[Turn, ...] = Field(default=(), max_length=MOST_TURNS)

    def question(self, number: int) -> Question:
        """The message of one turn, from 0, with those before it."""
        turn = self.turns[number]
        return Question(turn.text, tuple(each.text for each in self.turns[:number]), turn.level)

    def asked(self, text: str, level: Level) -> State:
        """The conversation with one more message, the oldest let go when there are too many."""
        turn = Turn(text=text, level=level, answer=new_id())
        kept = (*self.turns, turn)[-MOST_TURNS:]
        return self.model_copy(update={"conversation": self.conversation or new_id(), "turns": kept})

    def at_level(self, level: Level) -> State:
        """The conversation with its last message asked again at another level."""
        last = self.turns[-1].model_copy(update={"level": level, "answer": new_id()})
        return self.model_copy(update={"turns": (*self.turns[:-1], last)})

    def text(self) -> str:
        """The conversation as the page keeps it."""
        return self.model_dump_json(exclude_defaults=True)


def new_id() -> str:
    """An id that nobody can guess: 128 random bits."""
    return secrets.token_urlsafe(16)


def read_state(text: str) -> State:
    """The conversation that a page sent.

    Raises:
        BadState: it is no conversation.
    """
    try:
        return State.model_validate_json(text) if text.strip() else State()
    except ValidationError as error:
        raise BadState("the page sent a conversation that cannot be read; please reload the page") from error
