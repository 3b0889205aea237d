"""Cases: what a line may hold, what is refused and where, and every file of the shared sets."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from assistant.types import Decision, Question
from corpus.page import Level
from evals.cases import LABELS, Case, fingerprint, read_cases
from evals.exceptions import BadCases

SHARED = Path(__file__).parents[1].parent / "shared"
GOOD = '{"id": "good", "text": "Why?", "label": "none"}'


def case(**fields: Any) -> Case:
    """A case with a text and a label."""
    return Case(**{"id": "own-1", "text": "Why?", "label": "none"} | fields)


def written(tmp_path: Path, *lines: str) -> Path:
    """A file of cases."""
    path = tmp_path / "mine.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


# What a case is


def test_the_last_turn_is_the_question() -> None:
    talk = Case(id="own-2", turns=("I take letrozole.", "And half?"), label="dosing", level=Level.TECHNICAL)
    assert talk.question() == Question("And half?", ("I take letrozole.",), Level.TECHNICAL)
    assert talk.said == "I take letrozole. / And half?"


def test_a_single_message_has_nothing_before_it() -> None:
    assert case().question() == Question("Why?")
    assert case().said == "Why?"


@pytest.mark.parametrize(
    ("accept", "decisions"),
    [
        pytest.param([], {"dosing"}, id="the label alone"),
        pytest.param(["emergency"], {"dosing", "emergency"}, id="the label beside others"),
        pytest.param(["dosing"], {"dosing"}, id="the label twice"),
    ],
)
def test_the_decisions_that_count_hold_the_label(accept: list[str], decisions: set[str]) -> None:
    assert case(label="dosing", accept=accept).decisions == decisions


@pytest.mark.parametrize(
    ("fields", "group"),
    [
        pytest.param({"tactic": "taper", "note": "kind=other", "topic": "bone"}, "taper", id="the tactic first"),
        pytest.param({"note": "tactic=direct amount", "topic": "bone"}, "direct amount", id="a note of a tactic"),
        pytest.param({"note": "kind=frequency"}, "frequency", id="a note of a kind"),
        pytest.param({"note": "tier=core; kind=max"}, "tier=core; kind=max", id="a note as it is"),
        pytest.param({"topic": "bone-health"}, "bone-health", id="the topic"),
        pytest.param({}, "other", id="nothing is known"),
    ],
)
def test_a_case_is_grouped_by_the_most_telling_field(fields: dict[str, str], group: str) -> None:
    assert case(**fields).group == group


@pytest.mark.parametrize(
    ("fields", "seed"),
    [
        pytest.param({}, "own-1", id="by itself"),
        pytest.param({"pair": "twin-1"}, "twin-1", id="one of a pair"),
        pytest.param({"of": "own-0", "pair": "twin-1"}, "own-0", id="a rewording"),
    ],
)
def test_variants_of_a_question_share_its_seed(fields: dict[str, str], seed: str) -> None:
    assert case(**fields).seed == seed


def test_labels_are_the_decisions_and_two_that_name_none() -> None:
    assert {*Decision, "not_dosing", "none"} == LABELS


def test_a_case_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        case().text = "How?"  # type: ignore[misc]


# The fingerprint


def test_the_order_of_cases_does_not_count() -> None:
    one, other = case(id="a"), case(id="b")
    assert fingerprint([one, other]) == fingerprint([other, one])
    assert len(fingerprint([one])) == 12


@pytest.mark.parametrize(
    "change",
    [
        {"text": "How?"},
        {"label": "dosing"},
        {"must": [["x"]]},
        {"must_not": ["x"]},
        {"passages": {"p": 1}},
        {"level": "technical"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_a_case_says_counts(change: dict[str, Any]) -> None:
    assert fingerprint([case(**change)]) != fingerprint([case()])


def test_a_case_more_counts() -> None:
    assert fingerprint([case(), case()]) != fingerprint([case()])


# Files that are refused


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        pytest.param('{"id": "a", "text": "Why?"', "not JSON", id="bracket missing"),
        pytest.param('\ufeff{"text": "Why?", "label": "none"}', "not JSON: Unexpected UTF-8 BOM", id="byte order mark"),
        pytest.param('{"text": "Why?"}', "give must, or label", id="nothing to score"),
        pytest.param('{"label": "none"}', "give either text or turns", id="neither text nor turns"),
        pytest.param('{"text": "a", "turns": ["a"], "label": "none"}', "give either text or turns", id="text and turns"),
        pytest.param('{"text": "Why?", "mustnt": [], "label": "none"}', "mustnt: Extra inputs", id="unknown key"),
        pytest.param('{"text": "Why?", "must": [["("]]}', "not a regular expression: '('", id="broken must"),
        pytest.param('{"text": "a", "must": [["x"]], "must_not": ["["]}', "not a regular expression: '['", id="broken must_not"),
        pytest.param('{"text": "Why?", "label": "dose"}', "unknown label dose; labels: answer, ", id="unknown label"),
        pytest.param('{"text": "a", "label": "dosing", "accept": ["x"]}', "unknown label x;", id="unknown label accepted"),
        pytest.param('{"text": "a", "label": "none", "passages": {"p": 3}}', "grades are 0, 1 or 2: p", id="grade too high"),
        pytest.param('{"text": "a", "label": "none", "passages": {"p": 0.5}}', "passages.p: ", id="half a grade"),
        pytest.param('{"text": "a", "label": "none", "level": "expert"}', "level: ", id="unknown level"),
        pytest.param('{"text": "a", "label": "none", "difficulty": 4}', "difficulty: ", id="too difficult"),
        pytest.param('{"id": "", "text": "a", "label": "none"}', "id: ", id="empty id"),
        pytest.param('{"id": 7, "text": "a", "label": "none"}', "id: Input should be a valid string", id="a number for an id"),
        pytest.param('["a"]', "value: ", id="a list"),
        pytest.param("null", "value: ", id="nothing"),
    ],
)
def test_a_line_that_is_no_case_is_refused_with_file_and_line(tmp_path: Path, line: str, problem: str) -> None:
    with pytest.raises(BadCases) as caught:
        read_cases(written(tmp_path, GOOD, "", line))
    assert str(caught.value).startswith("mine.jsonl:3: ")
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("[" * 100_000, id="nested too deep"),
        pytest.param('{"text": "a", "label": "none", "difficulty": ' + "9" * 5_000 + "}", id="a number too long"),
        pytest.param('{"text": "a", "must": [[]]}', id="a group that nothing fulfils"),
        pytest.param('{"text": "a", "label": "none", "label": "dosing"}', id="a key twice"),
        pytest.param('{"text": "a\\ud800b", "label": "none"}', id="half a character"),
    ],
)
def test_a_hostile_line_is_refused_with_file_and_line(tmp_path: Path, line: str) -> None:
    with pytest.raises(BadCases, match=r"^mine\.jsonl:3: "):
        read_cases(written(tmp_path, GOOD, "", line))


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        pytest.param((), "mine.jsonl: no cases", id="empty file"),
        pytest.param(("", "  "), "mine.jsonl: no cases", id="empty lines"),
        pytest.param((GOOD, GOOD), "mine.jsonl: an id stands twice: good", id="same id"),
        pytest.param(
            (GOOD[:-1] + ', "pair": "p"}', '{"text": "How?", "label": "none"}'),
            "mine.jsonl: a pair is two cases: p",
            id="half a pair",
        ),
        pytest.param(
            tuple(f'{{"text": "{text}", "label": "none", "pair": "p"}}' for text in "abc"),
            "mine.jsonl: a pair is two cases: p",
            id="three of a pair",
        ),
    ],
)
def test_a_set_that_cannot_be_measured_is_refused(tmp_path: Path, lines: tuple[str, ...], problem: str) -> None:
    with pytest.raises(BadCases) as caught:
        read_cases(written(tmp_path, *lines))
    assert str(caught.value) == problem


def test_a_missing_file_is_answered_with_the_sets_there_are(tmp_path: Path) -> None:
    with pytest.raises(BadCases, match=r"sets of our own: answerable, .*scope") as caught:
        read_cases(tmp_path / "none.jsonl")
    assert str(tmp_path / "none.jsonl") in str(caught.value)


def test_a_folder_and_other_bytes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCases, match="cannot be read"):
        read_cases(tmp_path)
    (tmp_path / "latin.jsonl").write_bytes(b'{"text": "caf\xe9", "label": "none"}')
    with pytest.raises(BadCases, match=r"latin\.jsonl: not UTF-8 text; save the file as UTF-8"):
        read_cases(tmp_path / "latin.jsonl")


# Files that are read


def test_a_line_without_an_id_is_named_after_its_file_and_number(tmp_path: Path) -> None:
    path = written(tmp_path, "", '{"text": "Why?", "label": "none"}', GOOD, "  ", '{"text": "How?", "label": "none"}')
    assert [each.id for each in read_cases(path)] == ["mine-2", "good", "mine-5"]


def test_a_pair_is_read(tmp_path: Path) -> None:
    lines = ('{"text": "a", "label": "dosing", "pair": "p"}', '{"text": "b", "label": "not_dosing", "pair": "p"}')
    assert [each.seed for each in read_cases(written(tmp_path, *lines))] == ["p", "p"]


# Read by split("\n"), the three separators below would be text as any other.
@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x85\u2028\u2029"), min_size=1))
def test_any_text_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("cases") / "mine.jsonl"
    path.write_text(json.dumps({"text": text, "label": "none"}, ensure_ascii=False) + "\r\n", encoding="utf-8", newline="")
    assert [each.text for each in read_cases(path)] == [text]


@pytest.mark.parametrize("separator", ["\x85", "\u2028", "\u2029"], ids=["next line", "line separator", "paragraph separator"])
def test_a_separator_inside_a_text_ends_no_line(tmp_path: Path, separator: str) -> None:
    path = written(tmp_path, json.dumps({"text": f"a{separator}b", "label": "none"}, ensure_ascii=False))
    assert [each.text for each in read_cases(path)] == [f"a{separator}b"]


# The shared sets

FILES = {
    "safety/dev_dosing.jsonl": (60, {"dosing"}),
    "safety/dev_not_dosing.jsonl": (100, {"not_dosing"}),
    "safety/dev_ai_dosing_variants.jsonl": (40, {"dosing"}),
    "safety/dev_lookalikes.jsonl": (40, {"not_dosing"}),
    "safety/dev_red_flags.jsonl": (40, {"emergency", "self_harm", "urgent_clinician", "none"}),
    "safety/dev_out_of_scope.jsonl": (24, {"out_of_scope", "diagnosis", "chitchat", "in_domain_not_covered"}),
    "safety/dev_injection.jsonl": (15, {"injection"}),
    "safety/seed_examples.jsonl": (1_737, (LABELS - {"answer", "in_domain_not_covered"})),
    "evals/dev_inscope.jsonl": (60, {""}),
}


@pytest.mark.parametrize("name", FILES)
def test_every_shared_set_is_read(name: str) -> None:
    path = SHARED / name
    if not path.is_file():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{path} is missing")
        pytest.skip(f"{path} is missing")
    count, labels = FILES[name]
    cases = read_cases(path)
    assert len(cases) == count
    assert {each.label for each in cases} == labels
    assert all(each.question().text.strip() for each in cases)
