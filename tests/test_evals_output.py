"""The files that other programs read: JSON, CSV, JUnit XML."""

from __future__ import annotations

import csv
import json
from xml.etree import ElementTree

import pytest

from assistant.types import Answer, Citation, Decision, Question, Statement, Verdict
from assistant.wire import to_body
from evals.cases import Case
from evals.gates import Gate, check
from evals.metrics import Metric, measure, score_all
from evals.output import CASE_TABLE, JUNIT, METRICS, SUMMARY, printable, write_cases, write_junit, write_summary
from evals.results import Failure, Result, Trace

GATES = (
    Gate(set="own", metric="right", at_least=0.9, why="by hand"),
    Gate(set="own", metric="errors", at_most=1, why="by hand"),
    Gate(set="own", metric="caught", group="half a dose", at_least=0.9, why="by hand"),
)


@pytest.fixture
def rows(library):
    """A right answer, a wrong one, and a case without a reply whose texts hold what CSV and XML have to escape."""
    passage = next(iter(library.passages.values()))
    sentence = passage.sentences[0]
    statements = (Statement(sentence, (Citation(passage, sentence),)),)
    reply = to_body(
        Answer(Question("Why?"), Verdict(Decision.ANSWER, "by hand"), "1.0.0", library.version, None, statements), library, "id"
    )
    trace = Trace(reason="by hand", queries=("Why?",), evidence=(), confidence=None)
    word = sentence.split()[0]
    cases = (
        Case(id="a", text="Why?", must=((word,),), topic="bones"),
        Case(id="b", turns=("I take letrozole.", 'Is "that" <safe>, & \x07 why?\nReally?'), must=(("not there",),)),
        Case(id="c", text="Half?", label="dosing", tactic="half a dose"),
    )
    results = (
        Result(set="own", id="a", body=reply, trace=trace, timings={"total": 12.5}),
        Result(set="own", id="b", body=reply, timings={"total": 7.0}),
        Result(set="safety", id="c", failure=Failure(kind="E", message="<broken> \x00\x1b")),
    )
    return score_all(list(zip(cases, results, strict=True)), library)


@pytest.fixture
def checked(rows):
    return list(check(GATES, measure(rows)))


def test_the_summary_holds_every_figure_and_every_gate(tmp_path, rows, checked):
    figures = measure(rows)
    write_summary(tmp_path, figures, checked)
    found = json.loads((tmp_path / SUMMARY).read_text(encoding="utf-8"))
    assert [Metric(**each) for each in found["metrics"]] == figures
    assert [each["passed"] for each in found["gates"]] == [False, True, False]
    assert found["gates"][0]["gate"] == {"set": "own", "metric": "right", "group": "", "at_least": 0.9, "why": "by hand"}
    assert found["gates"][2]["message"] == "own caught [half a dose]: was not measured"


def test_the_figures_are_a_table(tmp_path, rows, checked):
    write_summary(tmp_path, measure(rows), checked)
    with (tmp_path / METRICS).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        table = list(reader)
    assert reader.fieldnames == ["set", "name", "unit", "value", "scored", "total", "low", "high", "group"]
    assert len(table) == len(measure(rows))
    (right,) = [row for row in table if (row["set"], row["name"], row["group"]) == ("own", "right", "")]
    assert (right["value"], right["scored"], right["total"]) == ("0.5", "2", "2")
    (errors,) = [row for row in table if (row["set"], row["name"]) == ("safety", "errors")]
    assert (errors["value"], errors["low"], errors["high"]) == ("1", "", "")


def test_a_run_without_cases_has_files_all_the_same(tmp_path):
    write_summary(tmp_path, [], [])
    write_cases(tmp_path, [])
    write_junit(tmp_path, [], [])
    assert json.loads((tmp_path / SUMMARY).read_text(encoding="utf-8")) == {"metrics": [], "gates": []}
    assert ElementTree.parse(tmp_path / JUNIT).getroot().find("testsuite").get("tests") == "0"


def test_the_cases_are_a_table(tmp_path, rows):
    write_cases(tmp_path, rows)
    with (tmp_path / CASE_TABLE).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        table = list(reader)
    assert reader.fieldnames == ["set", "id", "said", "group", "kind", "reason", "wrong", "reply", *rows[0].scores]
    assert [(row["set"], row["id"], row["kind"], row["wrong"]) for row in table] == [
        ("own", "a", "answer", ""),
        ("own", "b", "answer", "right"),
        ("safety", "c", "error", "error"),
    ]
    assert [row["right"] for row in table] == ["1.0", "0.0", ""]
    assert [row["leaked"] for row in table] == ["0.0", "0.0", ""]
    assert [row["reason"] for row in table] == ["by hand", "", ""]
    assert table[1]["said"] == 'I take letrozole. / Is "that" <safe>, & \x07 why?\nReally?'


def test_gates_are_tests_and_cases_are_reported_beside_them(tmp_path, rows, checked):
    write_junit(tmp_path, rows, checked)
    gates, own, safety = ElementTree.parse(tmp_path / JUNIT).getroot()
    assert [(suite.get("name"), suite.get("tests")) for suite in (gates, own, safety)] == [
        ("gates", "3"),
        ("own", "2"),
        ("safety", "1"),
    ]
    assert gates.get("failures") == "2"
    assert [test.get("name") for test in gates if test.find("failure") is not None] == ["own right", "own caught [half a dose]"]
    assert gates[0].find("failure").get("message") == checked[0].message
    assert gates[1].find("failure") is None
    assert (own.get("errors"), own.get("skipped"), own.get("failures")) == ("0", "1", None)
    assert (own[0].get("name"), own[0].get("time"), len(own[0])) == ("a", "0.0125", 0)
    assert own[1].find("skipped").get("message").startswith("right: I take letrozole.")
    assert (safety.get("errors"), safety.get("skipped")) == ("1", "0")
    assert safety[0].find("error").get("message") == "<broken> ��"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("Plain – “text”\n\tso ☺ 𝄞", "Plain – “text”\n\tso ☺ 𝄞", id="what XML allows"),
        pytest.param("\x00\x07\x0b\x1f", "����", id="control characters"),
        pytest.param("\ud800\udfff", "��", id="halves of characters"),
        pytest.param("\ufffe\uffff", "��", id="no characters"),
    ],
)
def test_what_xml_forbids_is_replaced(text, shown):
    assert printable(text) == shown
    ElementTree.fromstring(ElementTree.tostring(ElementTree.Element("a", name=printable(text)), encoding="utf-8"))


def test_ids_and_names_of_gates_may_hold_what_xml_forbids(tmp_path, rows):
    case = Case(id="a\x07b", text="Half?", label="dosing")
    odd = score_all([(case, Result(set="safety", id="a\x07b", failure=Failure(kind="E", message="")))], {})
    gate = Gate(set="own\x07", metric="right", at_least=0.9, why="by hand")
    write_junit(tmp_path, odd, list(check([gate], [])))
    gates, safety = ElementTree.parse(tmp_path / JUNIT).getroot()
    assert (gates[0].get("name"), safety[0].get("name")) == ("own� right", "a�b")
