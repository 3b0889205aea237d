"""The sets that ship: named, large enough, right by themselves, and held apart from what anything learned from."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from assistant.screen.examples import read_examples
from assistant.screen.rules import read_rules
from assistant.wire import AnswerBody
from corpus.library import Library
from evals.apart import learned_from, near, talk, too_near
from evals.cases import SETS, Case, read_cases
from evals.catalogue import CATALOGUE, ROBUSTNESS, Entry, choose, file_hash, read_catalogue, read_rewordings, stale, thin
from evals.exceptions import BadCases
from evals.scorers import right

UNSAFE = {"dosing", "emergency", "self_harm", "urgent_clinician"}
LINE = '{"id": "mine-1", "text": "Why?", "label": "none"}\n'


@pytest.fixture(scope="module")
def shipped() -> Mapping[str, tuple[Case, ...]]:
    """Every set that ships."""
    return {name: read_cases(SETS / f"{name}.jsonl") for name in read_catalogue()}


def case(text: str, case_id: str = "own-1", **fields: Any) -> Case:
    """A case with a text of its own, as one that was read from a file."""
    return Case(**{"id": case_id, "text": "".join(list(text)), "label": "none"} | fields)


def entry(role: str = "test") -> Entry:
    """What is known of a set."""
    return Entry(version=1, sha256="0" * 12, role=role, about="By hand.")  # type: ignore[arg-type]


# What ships


def test_the_shipped_sets_are_the_ones_named() -> None:
    assert stale(read_catalogue()) == []


def test_the_sets_are_large_enough(shipped: Mapping[str, tuple[Case, ...]]) -> None:
    tested = [each for name, entry in read_catalogue().items() if entry.role == "test" for each in shipped[name]]
    tactics = Counter(each.tactic for each in shipped["dosing"] if each.label == "dosing")
    assert sum(bool(each.must) for each in tested) >= 300
    assert sum(each.label in UNSAFE for each in tested) >= 300
    assert {tactic: count for tactic, count in tactics.items() if count < 12} == {}
    assert "" not in tactics
    assert sum(each.label == "not_dosing" and bool(each.pair) for each in shipped["dosing"]) >= 200
    assert len(shipped["red_flags"]) >= 150
    assert sum(each.label == "in_domain_not_covered" for each in tested) >= 150


def test_a_twin_is_harmless_and_its_other_half_is_not(shipped: Mapping[str, tuple[Case, ...]]) -> None:
    for name in ("dosing", "red_flags"):
        pairs: dict[str, set[bool]] = {}
        for each in shipped[name]:
            if each.pair:
                pairs.setdefault(each.pair, set()).add(each.label in UNSAFE)
        assert {pair: sides for pair, sides in pairs.items() if sides != {True, False}} == {}


def test_no_name_stands_in_two_sets(shipped: Mapping[str, tuple[Case, ...]]) -> None:
    names = Counter(each.id for cases in shipped.values() for each in cases)
    pairs = Counter(pair for cases in shipped.values() for pair in {each.pair for each in cases if each.pair})
    assert {name for name, count in (names + pairs).items() if count > 1} == set()


def test_the_fact_of_a_case_is_a_right_answer_to_it(shipped: Mapping[str, tuple[Case, ...]], library: Library) -> None:
    with_facts = [each for cases in shipped.values() for each in cases if each.must]
    body = {"kind": "answer"}
    wrong = [each.id for each in with_facts if not right(each, AnswerBody(**body, answer=each.fact), library)]  # type: ignore
    assert len(with_facts) >= 300
    assert wrong == []


def test_claims_and_judged_passages_exist(shipped: Mapping[str, tuple[Case, ...]], library: Library) -> None:
    claims = {claim for cases in shipped.values() for each in cases for claim in each.claims}
    passages = {passage for cases in shipped.values() for each in cases for passage in each.passages}
    assert claims - {*library.claims, *library.references} == set()
    assert passages - set(library.passages) == set()
    assert len(claims) >= 100


def test_every_question_says_something(shipped: Mapping[str, tuple[Case, ...]]) -> None:
    assert [each.id for cases in shipped.values() for each in cases if not each.question().text.strip()] == []


def test_nothing_is_too_near_to_what_was_learned_from(shipped: Mapping[str, tuple[Case, ...]], library: Library) -> None:
    paraphrases = [each for each in choose([ROBUSTNESS], [])[ROBUSTNESS] if each.change == "paraphrase"]
    assert too_near(shipped, read_catalogue(), library) == []
    assert too_near({"paraphrases": paraphrases}, {"paraphrases": entry()}, library) == []


def test_a_paraphrase_belongs_to_a_case_and_says_it_otherwise(shipped: Mapping[str, tuple[Case, ...]]) -> None:
    originals = {each.id: each for name, known in read_catalogue().items() if known.reworded for each in shipped[name]}
    reworded = read_rewordings()
    assert {each.of for each in reworded} <= set(originals)
    assert max(Counter(each.of for each in reworded).values()) == 1
    assert [each.of for each in reworded if each.text.casefold() == originals[each.of].question().text.casefold()] == []


# Held apart


def test_everything_that_was_learned_from_is_looked_at(library: Library) -> None:
    learned = learned_from(library)
    assert {question.text for question in library.questions} <= set(learned)
    assert {"\n".join(example.turns) for example in read_examples()} <= set(learned)
    talks = [talk for rule in read_rules().rules for talk in (*rule.examples, *rule.counterexamples)]
    assert len(talks) > 100
    assert {"\n".join(talk) for talk in talks} <= set(learned)


def test_a_doctored_near_duplicate_is_found(shipped: Mapping[str, tuple[Case, ...]], library: Library) -> None:
    long = [text for text in learned_from(library) if 8 <= len(set(text.lower().split())) <= 12]
    rule = next(talk[0] for each in read_rules().rules for talk in each.examples if len(talk) == 1 and len(talk[0].split()) >= 8)
    fitted = shipped["answerable_fit"][0]
    doctored = [
        case(f"{long[0]} please", "a word more"),
        case(" ".join(reversed(long[1].split())), "words in another order"),
        case(long[2].upper(), "capitals"),
        case(rule, "an example of a rule"),
        case(f"{talk(fitted)} Thanks", "a fitted case"),
        case("Do zebras sleep under tall green trees at night?", "honest"),
    ]
    catalogue = {"mine": entry(), "answerable_fit": entry("fitted")}
    found = too_near({"mine": doctored, "answerable_fit": (fitted,)}, catalogue, library)
    named = {line.split(" is too near to ")[0].removeprefix("mine ") for line in found}
    assert named == {each.id for each in doctored if each.id != "honest"}
    assert any("which weights were fitted on" in line for line in found)


def test_fitted_cases_may_be_near_to_what_was_learned_from(library: Library) -> None:
    copied = case(library.questions[0].text)
    assert too_near({"mine": (copied,)}, {"mine": entry("fitted")}, library) == []


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        pytest.param({}, {}, True, id="the same message twice"),
        pytest.param({"pair": "p"}, {"pair": "p"}, False, id="twins are meant to be near"),
        pytest.param({"pair": "p"}, {"pair": "q"}, True, id="one of another pair"),
        pytest.param({"pair": "p"}, {}, True, id="one without a pair"),
    ],
)
def test_test_cases_are_held_apart_from_one_another(
    library: Library, first: dict[str, str], second: dict[str, str], found: bool
) -> None:
    text = "Do zebras sleep under tall green trees at night?"
    sets = {"one": (case(text, "a", **first),), "two": (case(f"{text} Eh?", "b", **second),)}
    assert bool(too_near(sets, {"one": entry(), "two": entry()}, library)) is found


@pytest.mark.parametrize(
    ("first", "second", "is_near"),
    [
        # The measure is distinct words in common by distinct words in both.
        pytest.param("a b c d e f g x", "a b c d e f g y z", True, id="seven of ten"),
        pytest.param("a b c d e f x", "a b c d e f y z", False, id="six of nine"),
        pytest.param("Sore, knees: WHY?", "why sore knees", True, id="case, marks and order do not count"),
        pytest.param("a a a b c", "a b c", True, id="a word counts once"),
        pytest.param("sore knees", "sore knees", False, id="two words name a subject"),
        pytest.param("", "", False, id="no words"),
    ],
)
def test_nearness_by_hand(first: str, second: str, is_near: bool) -> None:
    assert list(near([first], ["".join(list(second))])) == ([(0, second)] if is_near else [])


def test_a_copy_in_a_script_without_spaces_is_found() -> None:
    text = "来曲唑漏服一次要补吗"
    assert list(near([text], ["".join(list(text))]))


def test_the_very_text_that_was_learned_from_is_found(library: Library) -> None:
    text = next(each.text for each in library.questions if len(each.text.split()) > 5)
    assert too_near({"mine": (Case(id="own-1", text=text, label="none"),)}, {"mine": entry()}, library)


# The catalogue


def test_a_changed_unnamed_or_missing_file_is_told(tmp_path: Path) -> None:
    for path in SETS.glob("*.jsonl"):
        shutil.copy(path, tmp_path)
    (tmp_path / "scope.jsonl").write_text(LINE, encoding="utf-8")
    (tmp_path / "extra.jsonl").write_text(LINE, encoding="utf-8")
    (tmp_path / "dosing.jsonl").unlink()
    assert stale(read_catalogue(), tmp_path) == [
        "extra.jsonl stands in no entry of sets.toml",
        "dosing.jsonl is missing",
        f"scope.jsonl changed: raise its version and set sha256 to {file_hash(tmp_path / 'scope.jsonl')} in sets.toml",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("[own", "sets.toml cannot be read", id="not TOML"),
        pytest.param('[own]\nversion = 1\nsha256 = ""\nrole = "train"\nabout = ""', "role: ", id="unknown role"),
        pytest.param('[own]\nversion = 0\nsha256 = ""\nrole = "test"\nabout = ""', "version: ", id="no version"),
        pytest.param('[own]\nversion = 1\nsha256 = ""\nrole = "test"\nabout = ""\nsize = 3', "size: ", id="unknown key"),
    ],
)
def test_a_broken_catalogue_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / CATALOGUE.name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadCases, match=problem):
        read_catalogue(path)


# Choosing


def test_everything_is_asked_when_nothing_is_named() -> None:
    chosen = choose([], [])
    assert list(chosen) == [*read_catalogue(), ROBUSTNESS]
    assert chosen["scope"] == read_cases(SETS / "scope.jsonl")


def test_rewordings_are_asked_with_their_originals() -> None:
    chosen = choose([ROBUSTNESS], [])
    originals = {each.id for name, cases in chosen.items() if name != ROBUSTNESS for each in cases}
    assert {each.of for each in chosen[ROBUSTNESS]} <= originals


def test_a_file_alone_is_asked_alone(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(LINE, encoding="utf-8")
    assert list(choose([], [path])) == ["mine"]


def test_the_quick_form_thins_our_own_sets_only(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text("".join(LINE.replace("mine-1", f"mine-{number}") for number in range(8)), encoding="utf-8")
    chosen = choose(["scope", ROBUSTNESS], [path], quick=True)
    assert chosen["scope"] == thin(read_cases(SETS / "scope.jsonl"))
    assert len(chosen["mine"]) == 8
    assert 0 < len(chosen[ROBUSTNESS]) < len(choose([ROBUSTNESS], [])[ROBUSTNESS]) / 3


def test_an_unknown_set_is_answered_with_the_sets_there_are() -> None:
    with pytest.raises(BadCases, match=r"^unknown set doses; sets: answerable, .*robustness$"):
        choose(["scope", "doses"], [])


def test_two_sets_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "scope.jsonl"
    path.write_text(LINE, encoding="utf-8")
    with pytest.raises(BadCases, match="a set is called scope already; rename "):
        choose(["scope"], [path])


def test_a_line_that_is_no_paraphrase_is_refused_with_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text('{"of": "a", "text": "Why?"}\n{"of": "a"}\n', encoding="utf-8")
    with pytest.raises(BadCases, match=r"^mine\.jsonl:2: text: "):
        read_rewordings(path)


def test_a_file_may_not_be_called_as_the_set_of_all(tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    path.write_text(LINE, encoding="utf-8")
    with pytest.raises(BadCases):
        choose([], [path])


def test_the_quick_form_takes_a_quarter_and_keeps_pairs(shipped: Mapping[str, tuple[Case, ...]]) -> None:
    cases = [each for listed in shipped.values() for each in listed]
    quick = thin(cases)
    assert 0.2 < len(quick) / len(cases) < 0.3
    assert set(Counter(each.pair for each in quick if each.pair).values()) == {2}
    assert quick == thin(cases)
    assert {each.id for each in thin(cases[::-1])} == {each.id for each in quick}
