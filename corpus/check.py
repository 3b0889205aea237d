"""The rules that content has to keep; each check yields problems that name a file and a line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from corpus.leaks import find_leaks
from corpus.library import BIBLIOGRAPHY, CONTENT, Library
from corpus.originality import borrowed, read_article_runs
from corpus.page import Level, Passage
from corpus.readability import grade
from corpus.reference import Status
from corpus.vocabulary import Handling

PLAIN_GRADE = 8.0
LONGEST_SENTENCE = 28
LONGEST_PASSAGE = 80
SOURCES_PAGE = "about-the-sources"
# "It is safest to ..." points at nothing; "It is made by ..." does, and is left to the reader of the page.
POINTING = re.compile(
    r"^(?:it(?! is \w+ to\b)|this|they|these|those|that|such|however|also|but|so|for example|he|she)\b", re.IGNORECASE
)
UNSPLIT = re.compile(r"\b(?:e\.g|i\.e|vs|dr|approx|etc)\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that a curator has to mend."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


Check = Callable[[Library], Iterator[Problem]]


def curated(library: Library) -> Iterator[Passage]:
    """The passages that stand in page files."""
    for page in library.pages.values():
        yield from page.passages


def at(passage: Passage, text: str) -> Problem:
    """A problem at a passage's heading."""
    file = "references.json" if passage.page == BIBLIOGRAPHY else f"{passage.page}.md"
    return Problem(file, passage.line, f"{passage.id}: {text}")


def unique_ids(library: Library) -> Iterator[Problem]:
    """No passage id, and no sentence or heading on a page, stands twice."""
    ids = Counter(passage.id for passage in curated(library))
    for passage in curated(library):
        if ids[passage.id] > 1:
            yield at(passage, "another passage has the same id")
    for page in library.pages.values():
        seen: dict[str, str] = {}
        headings = Counter(passage.heading for passage in page.passages)
        for passage in page.passages:
            if headings[passage.heading] > 1:
                yield at(passage, f"the heading {passage.heading!r} stands twice on the page")
            for sentence in passage.sentences:
                if sentence in seen and seen[sentence] != passage.id:
                    yield at(passage, f"{sentence!r} stands in {seen[sentence]} already")
                seen.setdefault(sentence, passage.id)


def citations(library: Library) -> Iterator[Problem]:
    """Every citation has an entry, and its status allows that use."""
    for passage in curated(library):
        for key in passage.references:
            if key not in library.references:
                yield at(passage, f"cites {key!r}, which references.json does not have")
            elif passage.page != SOURCES_PAGE and not library.references[key].custom.support:
                yield at(passage, f"cites {key!r}, whose status forbids its use as support")
            elif passage.page != SOURCES_PAGE and library.references[key].status is Status.NOT_FOUND:
                yield at(passage, f"cites {key!r}, which was not found; only {SOURCES_PAGE} may speak of it")


def claims(library: Library) -> Iterator[Problem]:
    """Every claim is carried on its page, under a label that is at least as cautious as its own."""
    carried = {claim for passage in curated(library) for claim in passage.claims}
    for claim in library.claims.values():
        if claim.id not in carried:
            yield Problem("claims.yaml", 1, f"no passage carries claim {claim.id} (meant for {claim.doc})")
    for passage in curated(library):
        known = [library.claims[key] for key in passage.claims if key in library.claims]
        for key in set(passage.claims) - set(library.claims):
            yield at(passage, f"carries {key!r}, which claims.yaml does not have")
        weakest = max((claim.evidence.caution for claim in known), default=0)
        if passage.evidence is not None and passage.evidence.caution < weakest:
            yield at(passage, f"label {passage.evidence} is stronger than that of a claim in it")
        if any(claim.handling is Handling.EXPLAIN for claim in known) and len(passage.sentences) > 1 and not passage.whole:
            yield at(passage, "carries an explain_only claim in several sentences; mark it .whole")


def sentences(library: Library) -> Iterator[Problem]:
    """Sentences are quotable alone, passages are short."""
    for passage in curated(library):
        if not 1 <= len(passage.sentences) <= 5:
            yield at(passage, f"has {len(passage.sentences)} sentences; a passage has two to five")
        if len(passage.text.split()) > LONGEST_PASSAGE:
            yield at(passage, f"has {len(passage.text.split())} words; at most {LONGEST_PASSAGE}")
        for sentence in passage.sentences:
            if len(sentence.split()) > LONGEST_SENTENCE and passage.page != SOURCES_PAGE:
                yield at(passage, f"a sentence has {len(sentence.split())} words: {sentence[:50]!r}...")
            if POINTING.match(sentence) and not passage.whole:
                yield at(passage, f"a sentence points at another one: {sentence[:50]!r}...")
            if UNSPLIT.search(sentence):
                yield at(passage, f"an abbreviation with a full stop: {sentence[:50]!r}...")
            if not sentence.endswith((".", "?", "!", "”", ")")):
                yield at(passage, f"a sentence without an end: {sentence[-50:]!r}")


def leaks(library: Library) -> Iterator[Problem]:
    """Nothing that could be read as dosing advice, in passages, headings, questions or labels."""
    for passage in library.passages.values():
        for text in (*passage.sentences, passage.heading, passage.title):
            for leak in find_leaks(text):
                yield at(passage, f"leak ({leak.rule}): {leak.excerpt!r}")
    for page in library.pages.values():
        for text in (page.summary, page.title, *page.ask):
            for leak in find_leaks(text):
                yield Problem(f"{page.id}.md", 1, f"leak ({leak.rule}): {leak.excerpt!r}")
    for question in library.questions:
        for leak in find_leaks(question.text):
            place = library.passages.get(question.passage)
            text = f"leak ({leak.rule}) in a question: {leak.excerpt!r}"
            yield at(place, text) if place else Problem("questions", 1, text)
    labels = library.labels
    words = (*labels.evidence.values(), *labels.status.values())
    for text in (*(each.words for each in words), *(each.meaning for each in words), *labels.population.values()):
        for leak in find_leaks(text):
            yield Problem("labels.yaml", 1, f"leak ({leak.rule}): {leak.excerpt!r}")
    for term in library.glossary:
        for leak in find_leaks(term.definition):
            yield Problem("glossary.yaml", 1, f"{term.term}: leak ({leak.rule}): {leak.excerpt!r}")
    for reference in library.references.values():
        for leak in find_leaks(reference.text):
            yield Problem("references.json", 1, f"{reference.id}: leak ({leak.rule}): {leak.excerpt!r}")


def reading_level(library: Library) -> Iterator[Problem]:
    """The plain level of each page is at most US grade 8, glossary terms left out."""
    terms = exempt_terms(library)
    for page in library.pages.values():
        level = grade((sentence for passage in page.at(Level.PLAIN) for sentence in passage.sentences), terms)
        if level > PLAIN_GRADE:
            yield Problem(f"{page.id}.md", 1, f"the plain level reads at grade {level:.1f}; at most {PLAIN_GRADE:.0f}")


def exempt_terms(library: Library) -> tuple[str, ...]:
    """Terms that a page has to use and explains, left out of its reading level."""
    return tuple(word for term in library.glossary for word in (term.term, *term.patient_says) if len(word) > 3)


def safety_lines(library: Library) -> Iterator[Problem]:
    """Every safety line of a page is a passage."""
    for page in library.pages.values():
        for key in page.safety:
            if key not in library.passages:
                yield Problem(f"{page.id}.md", 1, f"safety line {key!r} is no passage")


def glossary(library: Library) -> Iterator[Problem]:
    """Every page named in the glossary exists, and no word means two things."""
    meanings: dict[str, str] = {}
    for term in library.glossary:
        for page in term.docs:
            if page not in library.pages:
                yield Problem("glossary.yaml", 1, f"{term.term}: no page {page!r}")
        for word in (term.term, *term.patient_says):
            other = meanings.setdefault(word.lower(), term.term)
            if other != term.term:
                yield Problem("glossary.yaml", 1, f"{word!r} stands under {other!r} and {term.term!r}")


def questions(library: Library) -> Iterator[Problem]:
    """Anticipated questions belong to a passage, their answer stands in it, none is asked twice, every passage has some."""
    asked: dict[str, str] = {}
    have = set()
    for question in library.questions:
        passage = library.passages.get(question.passage)
        if passage is None:
            yield Problem("questions", 1, f"no passage {question.passage!r} for {question.text!r}")
            continue
        have.add(passage.id)
        for sentence in question.answer:
            if sentence not in passage.sentences:
                yield at(passage, f"the answer to {question.text!r} is not a sentence of the passage: {sentence!r}")
        if question.text.lower() in asked:
            yield at(passage, f"{question.text!r} is laid beside {asked[question.text.lower()]!r} as well")
        asked.setdefault(question.text.lower(), question.passage)
        if question.claim and question.claim not in library.claims and question.claim not in library.references:
            yield at(passage, f"questions for {question.claim!r}, which is no claim and no reference")
    for passage in curated(library):
        if passage.id not in have:
            yield at(passage, "has no anticipated question")


def originality(library: Library) -> Iterator[Problem]:
    """No run of eight words of the source article, titles of references excepted, since a citation has to keep them."""
    article = read_article_runs(CONTENT / "article_runs.txt")
    titles = " ".join(
        " ".join(re.findall(r"[a-z0-9']+", text.lower()))
        for reference in library.references.values()
        for text in (reference.title, reference.custom.as_cited.title if reference.custom.as_cited else "")
    )
    texts: list[tuple[Passage, str]] = [(passage, passage.text) for passage in curated(library)]
    texts += [
        (library.passages[question.passage], question.text)
        for question in library.questions
        if question.passage in library.passages
    ]
    for passage, text in texts:
        for run in borrowed(text, article):
            if run not in titles:
                yield at(passage, f"eight words in a row stand in the source article: {run!r}")
                break


CHECKS: tuple[Check, ...] = (
    unique_ids,
    citations,
    claims,
    sentences,
    leaks,
    reading_level,
    safety_lines,
    glossary,
    questions,
    originality,
)


def check(library: Library, checks: Iterable[Check] = CHECKS) -> list[Problem]:
    """Every problem of the content, in the order of the checks."""
    return [problem for each in checks for problem in each(library)]


def check_page(library: Library, page: str, checks: Iterable[Check] = CHECKS) -> list[Problem]:
    """The problems that concern one page's file, its claims included."""
    return [
        problem for problem in check(library, checks) if problem.file == f"{page}.md" or f"(meant for {page})" in problem.text
    ]
