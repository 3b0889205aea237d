"""The whole content, read once: pages, references, claims, glossary, labels and anticipated questions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from corpus.exceptions import ContentError, UnknownPassage
from corpus.markdown import read_page
from corpus.page import Level, Page, Passage, Population
from corpus.reference import Reference, Status, read_references
from corpus.vocabulary import Anticipated, Claim, Glossary, Labels, Term, read_claims, read_questions, read_yaml

CONTENT = Path(__file__).parent
BIBLIOGRAPHY = "references"
"""The page id of bibliography entries, which stand in no page file."""


@dataclass(frozen=True)
class Library:
    """Everything that Citewell may say."""

    pages: Mapping[str, Page]
    references: Mapping[str, Reference]
    claims: Mapping[str, Claim]
    glossary: tuple[Term, ...]
    labels: Labels
    questions: tuple[Anticipated, ...]
    version: str
    """First 12 hexadecimal digits of the SHA-256 of every content file."""

    @cached_property
    def passages(self) -> Mapping[str, Passage]:
        """Every passage by id, bibliography entries included, in reading order."""
        found = {passage.id: passage for page in self.pages.values() for passage in page.passages}
        found.update((entry.id, self._entry(entry)) for entry in self.references.values() if self._stands_alone(entry))
        return found

    def passage(self, passage_id: str) -> Passage:
        """One passage.

        Raises:
            UnknownPassage: no page carries it.
        """
        try:
            return self.passages[passage_id]
        except KeyError:
            raise UnknownPassage(f"no passage {passage_id!r} in corpus version {self.version}") from None

    @cached_property
    def _questions_by_passage(self) -> Mapping[str, tuple[Anticipated, ...]]:
        found: dict[str, list[Anticipated]] = {}
        for question in self.questions:
            found.setdefault(question.passage, []).append(question)
        return {passage: tuple(questions) for passage, questions in found.items()}

    def questions_of(self, passage_id: str) -> tuple[Anticipated, ...]:
        """The anticipated questions of one passage, in file order."""
        return self._questions_by_passage.get(passage_id, ())

    @staticmethod
    def _stands_alone(entry: Reference) -> bool:
        """Whether an entry is found by itself; the article's own ten have a passage on the page about the sources."""
        return entry.id.startswith("x-") and entry.status is not Status.NOT_FOUND

    def _entry(self, entry: Reference) -> Passage:
        return Passage(
            id=entry.id,
            page=BIBLIOGRAPHY,
            title=self.labels.bibliography,
            heading=f"{entry.who}, {entry.year}",
            level=Level.DETAILED,
            evidence=None,
            sentences=entry.sentences,
            claims=(),
            references=(entry.id,),
            whole=entry.status is Status.NOT_CONFIRMED,
            population=Population.BOTH,
            topic=BIBLIOGRAPHY,
            reviewed=None,
            line=1,
        )


def content_files(folder: Path) -> list[Path]:
    """The files whose bytes make the corpus version."""
    return [
        *sorted((folder / "content").glob("*.md")),
        *sorted((folder / "questions").glob("*.yaml")),
        *(folder / name for name in ("references.json", "claims.yaml", "glossary.yaml", "labels.yaml")),
    ]


def corpus_version(folder: Path = CONTENT) -> str:
    """First 12 hexadecimal digits of the SHA-256 of every content file's name and bytes."""
    digest = hashlib.sha256()
    for path in content_files(folder):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def read_library(folder: Path = CONTENT) -> Library:
    """Read the content of a folder, by default the one that ships with Citewell.

    Raises:
        ContentError: a file is missing or breaks a rule; the message names file and line.
    """
    for path in content_files(folder):
        if not path.is_file():
            raise ContentError(path, 1, "the file is missing")
    pages = {path.stem: read_page(path) for path in sorted((folder / "content").glob("*.md"))}
    if not pages:
        raise ContentError(folder / "content", 1, "the folder holds no page")
    return Library(
        pages=pages,
        references=read_references(folder / "references.json"),
        claims=read_claims(folder / "claims.yaml"),
        glossary=read_yaml(folder / "glossary.yaml", Glossary).glossary,
        labels=read_yaml(folder / "labels.yaml", Labels),
        questions=tuple(question for path in sorted((folder / "questions").glob("*.yaml")) for question in read_questions(path)),
        version=corpus_version(folder),
    )
