"""The output gate: what must not be shown is left out of every field, counted, and never left out in silence."""

from __future__ import annotations

import dataclasses

import pytest

from assistant.gate import Gate
from assistant.policy import read_policy
from assistant.types import Answer, Citation, Decision, Notice, Question, Statement, Verdict
from corpus.library import Library
from corpus.page import Passage

DOSE = "Take one tablet daily."


@pytest.fixture
def gate(library: Library) -> Gate:
    return Gate(library, read_policy(library))


def quoted(passage: Passage, *numbers: int) -> tuple[Statement, ...]:
    return tuple(Statement(passage.sentences[each], (Citation(passage, passage.sentences[each]),)) for each in numbers)


def reply(*statements: Statement, decision: Decision = Decision.ANSWER, related: tuple[str, ...] = ()) -> Answer:
    return Answer(Question("why"), Verdict(decision, "by hand"), "1", "2", statements=statements, related=related)


def test_what_is_quoted_passes_untouched(gate: Gate, library: Library) -> None:
    answer = reply(*quoted(library.passage("joint-pain-common"), 0, 1), related=("Why do joints hurt?",))
    assert gate(answer) is answer
    assert not gate.withheld


def test_a_dose_in_a_statement_is_replaced_by_the_dosing_notice_and_counted(gate: Gate, library: Library) -> None:
    good = library.passage("joint-pain-common")
    bad = dataclasses.replace(good, sentences=(DOSE,))
    found = gate(reply(*quoted(good, 0), *quoted(bad, 0)))
    assert [statement.text for statement in found.statements] == [good.sentences[0]]
    assert (found.kind, found.notice) == (Decision.DOSING, gate.policy.notices[Decision.DOSING])
    assert DOSE not in found.text
    assert gate.withheld["statement: dosing advice"] == 1


def test_a_dose_in_the_source_behind_a_statement_is_found(gate: Gate, library: Library) -> None:
    good = library.passage("joint-pain-common")
    behind = dataclasses.replace(good, sentences=(*good.sentences, DOSE))
    titled = dataclasses.replace(good, heading="How much: one tablet daily")
    for passage in (behind, titled):
        assert gate(reply(*quoted(passage, 0))).statements == ()
    assert gate.withheld["citation: dosing advice"] == 2


def test_words_that_no_source_has_are_left_out(gate: Gate, library: Library) -> None:
    passage = library.passage("joint-pain-common")
    invented = Statement("Joints love rain.", (Citation(passage, passage.sentences[0]),))
    elsewhere = dataclasses.replace(passage, id="nowhere-at-all")
    found = gate(reply(invented, Statement("No source.", ()), *quoted(elsewhere, 0)))
    assert found.statements == ()
    assert gate.withheld == {"statement: not quoted word for word": 2, "citation: not in this content": 1}


def test_what_is_whole_is_shown_whole_or_not_at_all(gate: Gate, library: Library) -> None:
    whole = next(each for each in library.passages.values() if each.whole and len(each.sentences) > 1)
    assert gate(reply(*quoted(whole, *range(len(whole.sentences))))).statements
    assert gate(reply(*quoted(whole, 0))).statements == ()


def test_a_red_flag_keeps_its_notice_when_a_passage_beside_it_fails(gate: Gate, library: Library) -> None:
    bad = dataclasses.replace(library.passage("joint-pain-common"), sentences=(DOSE,))
    answer = dataclasses.replace(
        reply(*quoted(bad, 0), decision=Decision.URGENT_CLINICIAN), notice=gate.policy.notices[Decision.URGENT_CLINICIAN]
    )
    found = gate(answer)
    assert (found.kind, found.notice, found.statements) == (Decision.URGENT_CLINICIAN, answer.notice, ())


def test_a_dose_in_a_suggestion_or_a_notice_is_left_out(gate: Gate) -> None:
    notice = Notice(Decision.CHITCHAT, "Hello", (DOSE,))
    found = gate(dataclasses.replace(reply(decision=Decision.CHITCHAT, related=(DOSE, "Why?")), notice=notice))
    assert found.related == ("Why?",)
    assert found.notice == gate.policy.notices[Decision.DOSING]
    assert sum(gate.withheld.values()) == 2
