"""Reads a question ahead: every text that the screen and the search will embed, in as few passes through the model as can be."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.rewrite import wordings
from assistant.screen.conversation import read_message
from assistant.screen.courtesy import without_courtesy
from assistant.screen.screen import EARLIER
from assistant.types import LONGEST_QUESTION, Question
from index.embed import Embed
from index.lexicon import Lexicon


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is embedded of a question, remembered by the embedding before it is asked for."""

    lexicon: Lexicon
    embed: Embed

    def __call__(self, question: Question) -> None:
        """Embed what will be read of a question; a message of one sentence that stands alone is read as it comes."""
        texts = self.texts(question)
        if len(texts) > 1:
            self.embed.ahead(texts)

    def texts(self, question: Question) -> list[str]:
        """The texts: the messages, each with what it leans on and by its sentences, and the wordings that are searched for."""
        text = question.text[:LONGEST_QUESTION]
        earlier = tuple(each[:LONGEST_QUESTION] for each in question.earlier)
        said = (*earlier, text)
        messages = [read_message(said[at], said[:at]) for at in range(max(0, len(earlier) - EARLIER), len(said))]
        asked = without_courtesy(text)
        read = [each.verbatim for message in messages for each in (message.joined, *message.parts)]
        searched = [*wordings(Question(asked, earlier), asked, self.lexicon.stands_in_content), *([asked] if earlier else [])]
        return list(dict.fromkeys(map(self.lexicon.prepare, (*read, *searched))))
