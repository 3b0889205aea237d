"""A recorded question asked again: today's reply beside the recorded one."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from assistant.exceptions import UnknownAnswer
from assistant.journal import Journal
from assistant.pipeline import Assistant
from assistant.records import ExchangeBody
from assistant.types import Answer, Question
from assistant.wire import AnswerBody, to_body
from corpus.page import Level

SAME, GONE, NEW = "=", "-", "+"


@dataclass(frozen=True, slots=True)
class Replay:
    """What was said, and what would be said today."""

    exchange: ExchangeBody
    answer: Answer
    now: AnswerBody
    lines: tuple[tuple[str, str], ...]
    """Sentences with a mark: the same, no longer said, or new."""

    @property
    def same(self) -> bool:
        """Whether decision and every sentence are the same."""
        return self.exchange["kind"] == self.now["kind"] and all(mark == SAME for mark, _ in self.lines)


def replayed(journal: Journal, assistant: Assistant, answer_id: str) -> Replay:
    """Ask a recorded question again, in its redacted form, after the redacted questions before it.

    Raises:
        UnknownAnswer: no such reply, or its text was not kept.
        JournalUnavailable: the database cannot be reached.
    """
    exchange = journal.exchange(answer_id)
    if not exchange["question"]:
        raise UnknownAnswer("the text of this question was not kept, so it cannot be asked again")
    before = [each for each in journal.conversation(exchange["conversation_id"]) if each["id"] < exchange["id"]]
    earlier = tuple(each["question"] for each in before)[-exchange["earlier_count"] :] if exchange["earlier_count"] else ()
    answer = assistant.answer(Question(exchange["question"], earlier, Level(exchange["level"])))
    now = to_body(answer, assistant.library, answer_id, exchange["conversation_id"])
    return Replay(exchange, answer, now, compared(sentences(exchange["body"]), sentences(dict(now))))


def sentences(body: dict[str, object]) -> list[str]:
    """The notice and the statements of a reply, as lines."""
    notice = body.get("notice")
    statements = body.get("statements")
    said = [str(each["text"]) for each in statements] if isinstance(statements, list) else []
    return [*(str(notice).split("\n\n") if notice else []), *said]


def compared(then: list[str], now: list[str]) -> tuple[tuple[str, str], ...]:
    """Lines of two replies in order, each with its mark."""
    lines: list[tuple[str, str]] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, then, now, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += [(SAME, line) for line in then[a:b]]
        else:
            lines += [(GONE, line) for line in then[a:b]]
            lines += [(NEW, line) for line in now[c:d]]
    return tuple(lines)
