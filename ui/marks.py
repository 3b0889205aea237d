"""Words of the glossary in the text of a reply, each explained on focus, hover or tap."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from corpus.library import Library
from corpus.vocabulary import Term

EVERYDAY = frozenset(
    {"side effect", "care team", "oncologist", "fracture", "aerobic exercise", "urethra", "calcium", "magnesium"}
)
"""Terms that readers know, or that stand in nearly every answer: marking them would be noise."""


class Glossary:
    """The terms of one library, ready to be found in its sentences."""

    def __init__(self, library: Library) -> None:
        self.terms: Mapping[str, Term] = {term.term.casefold(): term for term in library.glossary}
        shown = sorted((name for name in self.terms if name not in EVERYDAY), key=len, reverse=True)
        self._pattern = re.compile(r"(?<![\w-])(" + "|".join(map(re.escape, shown)) + r")(?:s|es)?(?![\w-])", re.IGNORECASE)
        self._said = {said.casefold(): term for term in reversed(library.glossary) for said in (*term.patient_says, term.term)}

    def explain(self, text: str, seen: set[str]) -> str:
        """A sentence as HTML in which terms that were not `seen` are buttons with their meaning; `seen` grows by them."""
        parts, end = [], 0
        for match in self._pattern.finditer(text):
            name = match[1].casefold()
            if name in seen:
                continue
            seen.add(name)
            meaning = escape(self.terms[name].definition, quote=True)
            parts.append(escape(text[end : match.start()]))
            parts.append(f'<button type="button" class="cw-term" data-meaning="{meaning}">{escape(match[0])}</button>')
            end = match.end()
        return "".join((*parts, escape(text[end:])))

    def meanings(self) -> dict[str, tuple[str, str]]:
        """Every word that people use for a term, folded, with the term and its meaning; to look a medicine up."""
        return {said: (term.term, term.definition) for said, term in self._said.items()}
