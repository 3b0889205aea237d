"""Takes personal data out of what people write, before anything is kept: see docs/privacy.md for what and how well."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from assistant.privacy.names import Names
from assistant.privacy.patterns import Span, patterned
from corpus.library import Library
from index.lexicon import Lexicon

LONGEST = 8_000
"""Characters that are looked at together; longer texts are cut at white space."""
PIECE = re.compile(rf"\S[\s\S]{{0,{LONGEST - 1}}}(?=\s|$)|\S{{{LONGEST}}}|\s+")


class Redactor:
    """Replaces personal parts by what they were; frozen once made, shared by all threads."""

    def __init__(self, known: Collection[str], ordinary: Callable[[str], bool]) -> None:
        self._names = Names(known, ordinary)

    def __call__(self, text: str) -> str:
        """The text with every personal part replaced, such as `[name]`."""
        parts, end = [], 0
        for span in self.found(text):
            parts += [text[end : span.start], f"[{span.kind}]"]
            end = span.end
        return "".join((*parts, text[end:]))

    def found(self, text: str) -> tuple[Span, ...]:
        """The personal parts of a text, in order, none overlapping."""
        spans: list[Span] = []
        for piece in PIECE.finditer(text):
            start = piece.start()
            for span in (*patterned(piece[0]), *self._names.find(piece[0])):
                spans.append(Span(start + span.start, start + span.end, span.kind))
        return tuple(joined(spans, text))


def joined(spans: Collection[Span], text: str) -> list[Span]:
    """Spans in order, overlapping ones made one; what was replaced before is left as it is."""
    result: list[Span] = []
    for span in sorted(spans):
        if text[span.start - 1 : span.start] == "[" and text[span.end : span.end + 1] == "]":
            continue
        if result and span.start < result[-1].end:
            last = result[-1]
            result[-1] = Span(last.start, max(last.end, span.end), last.kind)
        else:
            result.append(span)
    return result


def open_redactor(library: Library, lexicon: Lexicon) -> Redactor:
    """A redactor that takes no word of the content for a name."""
    return Redactor(lexicon.counts.keys(), lexicon.is_common)
