"""The conversation as HTML: escaped, numbered, labelled, each outcome its own look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.countries import read_countries
from assistant.types import Answer, Citation, Decision, Question, Statement, Verdict
from corpus.library import Library
from corpus.page import Population
from index.search import Query
from ui.marks import Glossary
from ui.render import Renderer, Shown, entities
from ui.sources import source_html, source_link, whole_page
from ui.words import read_words


class Reader(HTMLParser):
    """Collects elements with their attributes, and text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, Mapping[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def having(self, name: str, value: str) -> list[Mapping[str, str | None]]:
        return [attributes for _, attributes in self.found if value in (attributes.get(name) or "").split()]


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def renderer(library: Library, country: str = "international", feedback: bool = True, language: str = "en") -> Renderer:
    words = read_words()[language]
    return Renderer(library, Glossary(library), words, read_countries(), country, ("Why do joints hurt?",), feedback)


def answer(library: Library, *names: str) -> Answer:
    passages = [library.passage(name) for name in names]
    statements = tuple(
        Statement(sentence, (Citation(passage, sentence),)) for passage in passages for sentence in passage.sentences[:2]
    )
    return Answer(Question("x"), Verdict(Decision.ANSWER, "test"), "1", "2", statements=statements)


def fixed(decision: Decision, country: str = "international") -> Answer:
    verdict = Verdict(decision, "test")
    return Answer(Question("x"), verdict, "1", "2", notice=read_countries()[country].policy.notice(verdict))


def test_every_citation_is_a_link_with_a_name_that_leads_to_its_marked_sentence(library: Library) -> None:
    reader = read(renderer(library).log([Shown(answer(library, "joint-pain-common", "care-talk-first"), "a1")]))
    cites = reader.having("class", "cw-cite")
    assert [cite["aria-label"] for cite in cites] == [
        "Source 1: Joint pain and stiffness",
        "Source 1: Joint pain and stiffness",
        "Source 2: Working with your care team",
        "Source 2: Working with your care team",
    ]
    for cite in cites:
        assert cite["href"].startswith("/sources/")
        passage = library.passage(cite["href"].split("/")[2].split("?")[0])
        number = int(cite["href"].split("quoted=")[1])
        assert passage.sentences[number] == cite["data-quote"]


def test_a_sentence_about_the_other_readers_says_whom_it_is_about(library: Library) -> None:
    given = answer(library, "joint-pain-common", "men-testosterone-bone-checks", "aromatase-does-bones")
    for population, about in ((Population.BREAST_CANCER, "About men who take"), (Population.MEN, "About women treated")):
        asked = replace(given, query=Query(("x",), "x", population=population))
        reader = read(renderer(library).log([Shown(asked, "a1")]))
        assert len(reader.having("class", "cw-whom")) == 1
        assert about in reader.text
    assert read(renderer(library).log([Shown(given, "a1")])).having("class", "cw-whom") == []


def test_a_source_keeps_its_number_throughout_the_conversation(library: Library) -> None:
    shown = [
        Shown(answer(library, "joint-pain-common"), "a1"),
        Shown(answer(library, "care-talk-first", "joint-pain-common"), "a2"),
    ]
    names = [cite["aria-label"] for cite in read(renderer(library).log(shown)).having("class", "cw-cite")]
    assert names[2:4] == ["Source 2: Working with your care team"] * 2
    assert names[4:] == ["Source 1: Joint pain and stiffness"] * 2
    last = read(renderer(library).log(shown, left_out=1))
    assert [cite["aria-label"] for cite in last.having("class", "cw-cite")] == names[2:]


@pytest.mark.parametrize(
    ("decision", "look"),
    [
        (Decision.EMERGENCY, "cw-urgent"),
        (Decision.SELF_HARM, "cw-urgent"),
        (Decision.URGENT_CLINICIAN, "cw-urgent"),
        (Decision.DOSING, "cw-refused"),
        (Decision.IN_DOMAIN_NOT_COVERED, "cw-not-covered"),
        (Decision.CHITCHAT, "cw-notice"),
    ],
)
def test_outcomes_look_different_and_say_what_they_are(library: Library, decision: Decision, look: str) -> None:
    reader = read(renderer(library).log([Shown(fixed(decision), "a")]))
    assert len(reader.having("data-kind", decision.value)) == 1
    assert look in (reader.having("data-kind", decision.value)[0]["class"] or "")
    problem = read(renderer(library).problem("It broke."))
    assert problem.having("class", "cw-error")[0]["role"] == "alert"
    assert "Technical problem" in problem.text
    assert "Technical problem" not in reader.text


def test_a_red_flag_has_numbers_to_call_in_the_country_that_was_chosen(library: Library) -> None:
    reader = read(renderer(library, "GB").log([Shown(fixed(Decision.SELF_HARM, "GB"), "a")]))
    assert [call["href"] for call in reader.having("class", "cw-call")] == ["tel:116123", "tel:999"]
    pressed = [each["data-country"] for _, each in reader.found if each.get("aria-pressed") == "true" and "data-country" in each]
    assert pressed == ["GB"]
    assert "Samaritans" in reader.text
    plain = read(renderer(library, "GB").log([Shown(fixed(Decision.DOSING, "GB"), "a")]))
    assert not plain.having("class", "cw-call")


def test_feedback_is_offered_only_when_it_can_be_kept(library: Library) -> None:
    shown = [Shown(answer(library, "joint-pain-common"), "a")]
    assert len(read(renderer(library).log(shown)).having("data-do", "not-helpful")) == 1
    assert not read(renderer(library, feedback=False).log(shown)).having("data-do", "not-helpful")


def test_the_page_speaks_spanish_and_answers_stay_english(library: Library) -> None:
    reader = read(renderer(library, language="es").log([Shown(answer(library, "joint-pain-common"), "a")]))
    assert "Respuesta de nuestro contenido" in reader.text
    assert reader.having("class", "cw-answered")[0]["lang"] == "en"
    assert reader.having("class", "cw-cite")[0]["aria-label"] == "Fuente 1: Joint pain and stiffness"


def test_a_term_of_the_glossary_is_explained_once_a_reply(library: Library) -> None:
    glossary, seen = Glossary(library), set[str]()
    html = glossary.explain("Low estrogen & more estrogen from aromatase.", seen)
    reader = read(html)
    terms = reader.having("class", "cw-term")
    assert [term["data-meaning"] for term in terms] == [
        glossary.terms["estrogen"].definition,
        glossary.terms["aromatase"].definition,
    ]
    assert reader.text == "Low estrogen & more estrogen from aromatase."
    assert "&amp;" in html
    assert not read(glossary.explain("Estrogen again.", seen)).found


def test_a_medicine_is_found_under_its_brand(library: Library) -> None:
    assert Glossary(library).meanings()["arimidex"][0] == "anastrozole"


def test_the_source_shows_passage_label_review_and_references(library: Library) -> None:
    passage = library.passage("joint-pain-common")
    reader = read(source_html(passage, {1}, library, read_words()["en"]))
    assert [tag for tag, _ in reader.found].count("mark") == 1
    assert passage.text in reader.text
    for words in ("Well established", "Not yet reviewed by a clinician", library.version, "Studies behind this passage"):
        assert words in reader.text
    assert source_link(passage, [passage.sentences[1]]) == "/sources/joint-pain-common?quoted=1"


def test_a_passage_without_study_says_so(library: Library) -> None:
    passage = next(each for each in library.passages.values() if not each.references)
    assert "General knowledge, no study cited" in read(source_html(passage, set(), library, read_words()["en"])).text


@given(st.text())
def test_a_persons_words_never_become_markup(text: str) -> None:
    reader = read(f"<p>{entities(text)}</p>")
    assert {tag for tag, _ in reader.found} <= {"p", "br"}


def test_a_page_of_its_own_escapes_its_title() -> None:
    assert "<title>a &amp; b</title>" in whole_page("a & b", "", "en")
