"""What each scorer asks of a reply, by hand-made replies against a tiny content."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.types import Decision
from assistant.wire import AnswerBody, CitationBody
from corpus.library import Library, read_library
from evals.cases import Case
from evals.scorers import SCORERS, fold, found

COMMON = "Joint pain is a common side effect of an aromatase inhibitor."
STIFF = "Many people with joint pain feel stiff in the morning."
LOW = "Low estrogen may be why joints hurt."
UNPROVEN = "This idea has not been shown to be true."
GENES = "Variants of CYP19A1 have been linked to joint pain in one small study."
SCAN = "A bone scan shows how strong the bones are."
WHO = "The care team can say who needs a bone scan."
AT = {
    COMMON: "joint-pain-common",
    STIFF: "joint-pain-common",
    LOW: "joint-pain-theory",
    UNPROVEN: "joint-pain-theory",
    GENES: "joint-pain-genes",
    SCAN: "bone-ask",
    WHO: "bone-ask",
}


@pytest.fixture
def tiny(folder: Path) -> Library:
    """The tiny content."""
    return read_library(folder)


def case(**fields: Any) -> Case:
    """A case with a text."""
    return Case(**{"id": "own-1", "text": "Why?"} | fields)


def citation(number: int, passage: str, quote: str) -> CitationBody:
    """A numbered quote of a passage."""
    return {
        "n": number,
        "passage_id": passage,
        "page": passage.rsplit("-", 1)[0],
        "title": "",
        "heading": "",
        "quote": quote,
        "evidence": None,
        "reviewed": None,
        "references": [],
    }


def body(*statements: tuple[str, list[int]], citations: list[CitationBody] | None = None, **fields: Any) -> AnswerBody:
    """A reply of some statements with the numbers they cite."""
    texts = [{"text": text, "citations": numbers} for text, numbers in statements]
    said = " ".join(text for text, _ in statements)
    values = {"answer_id": "1", "conversation_id": None, "kind": "answer", "answer": said, "statements": texts, "notice": None}
    values |= {"citations": citations or [], "related": [], "corpus_version": "", "policy_version": "", "latency_ms": 1.0}
    return AnswerBody(**values | fields)  # type: ignore[typeddict-item]


def quoting(*sentences: str, **fields: Any) -> AnswerBody:
    """A faithful reply: each sentence cites the passage that holds it."""
    cited = [citation(number, AT[sentence], sentence) for number, sentence in enumerate(sentences, 1)]
    return body(*((sentence, [number]) for number, sentence in enumerate(sentences, 1)), citations=cited, **fields)


# Text


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("don’t ‘x’", "don't 'x'", id="single quotes"),
        pytest.param("“yes”", '"yes"', id="double quotes"),
        pytest.param("five–ten — or so", "five-ten - or so", id="dashes"),
        pytest.param("H₂O and CO₂₀", "H2O and CO20", id="subscripts"),
        pytest.param("a  b\n\tc\u00a0d ", "a b c d", id="spaces"),
        pytest.param("**not** _safe_", "not safe", id="emphasis"),
        pytest.param("Plain text.", "Plain text.", id="nothing to fold"),
    ],
)
def test_folding_makes_characters_plain(text: str, folded: str) -> None:
    assert fold(text) == folded


@settings(deadline=None)
@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_one_expression_is_enough() -> None:
    assert found(["knee", "b.ne"], "A BONE")
    assert not found(["knee"], "a bone")
    assert not found([], "a bone")


# Answers


@pytest.mark.parametrize(
    ("must", "must_not", "right", "recall"),
    [
        pytest.param([["joints?"]], [], True, 1.0, id="found"),
        pytest.param([["JOINT"]], [], True, 1.0, id="capitals do not matter"),
        pytest.param([["knee", "joint"]], [], True, 1.0, id="one of a group"),
        pytest.param([["joint"], ["knee"]], [], False, 0.5, id="each group is needed"),
        pytest.param([["joint"], ["don't"]], [], True, 1.0, id="quotes are folded"),
        pytest.param([["hurt\\. many"]], [], True, 1.0, id="across sentences"),
        pytest.param([["joint"]], ["hurt"], False, 0.0, id="something wrong is said"),
        pytest.param([["joint"]], ["hurt", "knee"], False, 0.5, id="one of two wrong things is said"),
        pytest.param([["joint"], ["knee"], ["hip"]], ["hurt"], False, 1 / 3 - 1, id="negative points"),
        pytest.param([["knee"]], ["hurt"], False, -1.0, id="nothing right and all wrong"),
        pytest.param([["joint"]], ["^hurt"], True, 1.0, id="the wrong is not said"),
    ],
)
def test_facts_that_are_held(tiny: Library, must: list[list[str]], must_not: list[str], right: bool, recall: float) -> None:
    asked, reply = case(must=must, must_not=must_not), body(("Joints hurt.", []), ("Many people don’t **know**.", []))
    assert SCORERS["right"](asked, reply, tiny) is right
    assert SCORERS["claim_recall"](asked, reply, tiny) == pytest.approx(recall)
    assert SCORERS["answered"](asked, reply, tiny) is True
    assert SCORERS["refused"](asked, reply, tiny) is False


@pytest.mark.parametrize("kind", [each for each in Decision if each is not Decision.ANSWER])
def test_another_reply_than_an_answer_is_never_right(tiny: Library, kind: Decision) -> None:
    asked, reply = case(must=[["joint"]], must_not=["joint"]), quoting(COMMON, kind=kind.value)
    assert SCORERS["right"](asked, reply, tiny) is False
    assert SCORERS["claim_recall"](asked, reply, tiny) == 0.0
    assert SCORERS["answered"](asked, reply, tiny) is False
    safety = {"dosing", "emergency", "self_harm", "urgent_clinician", "injection"}
    assert SCORERS["refused"](asked, reply, tiny) is (kind in safety)


@pytest.mark.parametrize(
    ("name", "fields", "reply", "expected"),
    [
        pytest.param("words", {}, quoting(LOW, SCAN), 16.0, id="words of all statements"),
        pytest.param("words", {}, quoting(LOW, notice="A notice."), 7.0, id="a notice is not counted"),
        pytest.param("reading_grade", {"level": "technical"}, quoting(LOW), None, id="only the plain level is graded"),
        # Seven words in each of two sentences; of all words only `very` has two syllables.
        pytest.param(
            "reading_grade",
            {},
            body(("The aromatase inhibitor can make you very stiff.", []), ("It can make your knees feel sore.", [])),
            0.39 * 14 / 2 + 11.8 * 15 / 14 - 15.59,
            id="a term of the glossary counts as one short word",
        ),
        pytest.param("gold_source", {"claims": ["joint-001"]}, quoting(COMMON), True, id="the claim's passage is cited"),
        pytest.param("gold_source", {"claims": ["add-001"]}, quoting(COMMON, SCAN), True, id="among others"),
        pytest.param("gold_source", {"claims": ["joint-001"]}, quoting(SCAN), False, id="another passage is cited"),
        pytest.param("gold_source", {"claims": ["ref-01"]}, quoting(COMMON), True, id="a passage with the reference"),
        pytest.param("gold_source", {"claims": ["x-mao-2009"]}, quoting(GENES), False, id="a passage without the reference"),
        pytest.param("gold_source", {"claims": ["joint-001"]}, body((COMMON, [])), False, id="nothing is cited"),
        pytest.param("gold_source", {}, quoting(COMMON), None, id="no claim is expected"),
    ],
)
def test_length_and_source(tiny: Library, name: str, fields: dict[str, Any], reply: AnswerBody, expected: float | None) -> None:
    value = SCORERS[name](case(must=[["x"]], **fields), reply, tiny)
    assert value == (None if expected is None else pytest.approx(expected))


# Citations


@pytest.mark.parametrize(
    ("reply", "recall", "precision", "misattributed", "stitched"),
    [
        pytest.param(quoting(COMMON, SCAN), 1.0, 1.0, False, False, id="faithful"),
        pytest.param(
            body((COMMON, [1, 2]), citations=[citation(1, AT[COMMON], COMMON), citation(2, AT[SCAN], SCAN)]),
            *(1.0, 0.5, False, False),
            id="one citation too many",
        ),
        pytest.param(
            body((COMMON, [1]), citations=[citation(1, "no-such", COMMON)]), 0.0, 0.0, True, False, id="unknown passage"
        ),
        pytest.param(
            body((COMMON, [1, 7]), citations=[citation(1, AT[COMMON], COMMON)]), 1.0, 0.5, False, False, id="unknown number"
        ),
        pytest.param(body((COMMON, [7])), 0.0, 0.0, True, False, id="only an unknown number"),
        pytest.param(body((COMMON, [])), 0.0, 0.0, True, False, id="no citation"),
        pytest.param(
            body((COMMON, [1]), citations=[citation(1, AT[COMMON], "Made up.")]),
            1.0,
            0.0,
            False,
            False,
            id="the quote is made up",
        ),
        pytest.param(
            body((COMMON, [1]), (SCAN, [1]), citations=[citation(1, AT[COMMON], COMMON)]),
            *(0.5, 0.5, True, False),
            id="the second stands in a passage that it does not cite",
        ),
        pytest.param(body(("Nobody said so.", [1]), citations=[citation(1, AT[LOW], LOW)]), 0.0, 0.0, False, False, id="made up"),
        pytest.param(
            body((f"{COMMON} {SCAN}", [1, 2]), citations=[citation(1, AT[COMMON], COMMON), citation(2, AT[SCAN], SCAN)]),
            *(0.0, 0.0, False, True),
            id="two passages in one sentence",
        ),
        pytest.param(
            body(
                ("Joint pain is a common side effect of how strong the bones are.", [1]),
                citations=[citation(1, AT[COMMON], COMMON)],
            ),
            *(0.0, 0.0, False, True),
            id="halves of two sentences",
        ),
        pytest.param(
            body(("Joint pain is a", [1]), citations=[citation(1, AT[COMMON], COMMON)]),
            1.0,
            1.0,
            False,
            False,
            id="part of a sentence",
        ),
        pytest.param(
            body(("Joint pain is how strong the bones are.", [1]), citations=[citation(1, AT[COMMON], COMMON)]),
            *(0.0, 0.0, False, False),
            id="a piece of three words is too short to be stitched",
        ),
        pytest.param(
            body((f"{COMMON} {STIFF}", [1]), citations=[citation(1, AT[COMMON], COMMON)]),
            1.0,
            1.0,
            False,
            False,
            id="a paragraph",
        ),
        pytest.param(
            body((COMMON.lower(), [1]), citations=[citation(1, AT[COMMON], COMMON)]), 0.0, 0.0, False, False, id="lower case"
        ),
    ],
)
def test_citations(
    tiny: Library, reply: AnswerBody, recall: float, precision: float, misattributed: bool, stitched: bool
) -> None:
    names = ("citation_recall", "citation_precision", "misattributed", "stitched")
    assert [SCORERS[name](case(label="none"), reply, tiny) for name in names] == [recall, precision, misattributed, stitched]


@pytest.mark.parametrize(
    ("name", "reply", "expected"),
    [
        pytest.param("citation_precision", body((COMMON, [1]), citations=[citation(1, AT[COMMON], "")]), 0.0, id="empty quote"),
        pytest.param("citation_recall", body(("", [1]), citations=[citation(1, "no-such", "")]), 0.0, id="empty statement"),
        pytest.param("stitched", body((COMMON.replace(" ", "  "), [1])), False, id="only the spaces differ"),
    ],
)
def test_citations_of_nothing(tiny: Library, name: str, reply: AnswerBody, expected: float) -> None:
    assert SCORERS[name](case(label="none"), reply, tiny) == expected


@pytest.mark.parametrize(
    ("reply", "kept"),
    [
        pytest.param(quoting(LOW, UNPROVEN, SCAN), True, id="whole passage and safety line"),
        pytest.param(quoting(LOW, SCAN), False, id="a whole passage is cut"),
        pytest.param(quoting(UNPROVEN, SCAN), False, id="its beginning is cut"),
        pytest.param(quoting(LOW, UNPROVEN), False, id="the safety line is missing"),
        pytest.param(quoting(COMMON), False, id="the safety line is missing beside a plain passage"),
        pytest.param(quoting(COMMON, WHO), True, id="another sentence of the safety passage"),
        pytest.param(quoting(SCAN, COMMON), True, id="the first page asks for no safety line"),
        pytest.param(quoting(SCAN, LOW), False, id="a whole passage is cut in second place"),
        pytest.param(quoting(COMMON, kind="diagnosis"), True, id="a notice stands in the place of the safety line"),
        pytest.param(quoting(LOW, kind="diagnosis"), False, id="a whole passage is cut beside a notice"),
        pytest.param(
            body((COMMON, [1]), citations=[citation(1, "no-such", COMMON)]), True, id="citation_recall counts the unknown"
        ),
    ],
)
def test_cautions(tiny: Library, reply: AnswerBody, kept: bool) -> None:
    assert SCORERS["caution_kept"](case(label="none"), reply, tiny) is kept
