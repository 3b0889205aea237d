"""The last check on a reply: everything it would show, whatever made it. What fails is left out and counted."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field, replace

from assistant.policy import Policy
from assistant.types import Answer, Citation, Decision, Statement
from assistant.verify import gives_dose, torn
from assistant.wire import all_text, to_citation
from corpus.exceptions import UnknownPassage
from corpus.library import Library


@dataclass(frozen=True)
class Gate:
    """Lets through what is quoted word for word from this content and gives no dosing advice in any field; shared by threads."""

    library: Library
    policy: Policy
    withheld: Counter[str] = field(default_factory=Counter)
    """How often something was left out since the start, by reason."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, answer: Answer) -> Answer:
        """The reply without what must not be shown; the dosing notice stands in place of a statement that was left out."""
        found = {statement: faults(statement, self.library) for statement in answer.statements}
        held = [statement for statement in answer.statements if not found[statement]]
        found |= {statement: ["statement: its passage is no longer whole"] for statement in held if torn(statement, held)}
        statements = tuple(statement for statement in answer.statements if not found[statement])
        related = tuple(text for text in answer.related if not gives_dose(text))
        notice = answer.notice
        reasons = [reason for each in found.values() for reason in each]
        reasons += ["related question: dosing advice"] * (len(answer.related) - len(related))
        if notice and any(map(gives_dose, (notice.title, *notice.paragraphs))):
            reasons.append("notice: dosing advice")
            notice = self.policy.notices[Decision.DOSING]
        if not reasons:
            return answer
        with self._lock:
            self.withheld.update(reasons)
        verdict = answer.verdict
        if len(statements) < len(answer.statements) and not verdict.decision.red_flag:
            reason = f"output gate: {'; '.join(dict.fromkeys(reasons))}"
            verdict = replace(verdict, decision=Decision.DOSING, reason=reason)
            notice = self.policy.notices[Decision.DOSING]
        return replace(answer, verdict=verdict, notice=notice, statements=statements, related=related)


def faults(statement: Statement, library: Library) -> list[str]:
    """Why a statement must not be shown."""
    found = []
    if not any(statement.text in citation.passage.text for citation in statement.citations):
        found.append("statement: not quoted word for word")
    if gives_dose(statement.text):
        found.append("statement: dosing advice")
    for citation in statement.citations:
        if not resolves(citation, library):
            found.append("citation: not in this content")
        elif any(map(gives_dose, (*all_text(to_citation(citation, 1, library)), *citation.passage.sentences))):
            found.append("citation: dosing advice")
    return found


def resolves(citation: Citation, library: Library) -> bool:
    """Whether a citation names a passage of this content that has its words."""
    try:
        return citation.quote in library.passage(citation.passage.id).text
    except UnknownPassage:
        return False
