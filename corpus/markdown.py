"""Reads one page from Markdown: YAML front matter, level headings, one paragraph a passage."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from corpus.exceptions import ContentError
from corpus.files import explain, parse_yaml, read_text
from corpus.page import EvidenceLabel, Level, Page, Passage, Population, Review

TOPICS = [
    "aromatase-biology",
    "genetics",
    "joint-pain",
    "bone-health",
    "hot-flashes",
    "urogenital",
    "nutrition",
    "exercise",
    "supplements",
    "peptides",
    "medicines",
    "care-team",
    "limits",
]
ASK = "ask your care team"

CITATION = re.compile(r"\s*\[(@[^\]]+)\]")
HEADING = re.compile(r"^##\s+(?P<heading>[^{]+?)\s*\{(?P<attributes>[^}]*)\}\s*$")
# Content has no full stop inside a sentence (docs/content.md), so a stop before a space and a capital ends one.
SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=[\"“(]?[A-Z0-9])")

Day = Annotated[date | None, BeforeValidator(lambda value: value or None)]


class FrontMatter(BaseModel):
    """The head of a page file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str = Field(min_length=3)
    summary: str = Field(min_length=10)
    topic: str = Field(pattern=f"^({'|'.join(TOPICS)})$")
    evidence: EvidenceLabel
    population: Population
    safety: tuple[str, ...] = ()
    reviewed: Day
    reviewer: str
    review_due: Day
    version: int = Field(ge=1)


class Attributes(BaseModel):
    """What stands in braces behind a passage's heading."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    evidence: EvidenceLabel
    claims: tuple[str, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A heading with the lines under it."""

    heading: str
    line: int
    body: tuple[str, ...]


def split_sentences(text: str) -> tuple[str, ...]:
    """The sentences of a paragraph, in order, with single spaces."""
    return tuple(part for part in SENTENCE_END.split(" ".join(text.split())) if part)


def read_page(path: Path) -> Page:
    """Read one page.

    Raises:
        ContentError: the file breaks the format of `docs/content.md`; the message names file and line.
    """
    lines = read_text(path).removesuffix("\n").split("\n")
    front, body_starts = read_front_matter(path, lines)
    if front.id != path.stem:
        raise ContentError(path, 1, f"id {front.id!r} differs from the file name; name the file {front.id}.md")
    passages: list[Passage] = []
    levels: list[Level] = []
    ask: tuple[str, ...] = ()
    for section in blocks(path, lines, body_starts, "# "):
        name = section.heading.lower()
        if name == ASK:
            ask = tuple(line[2:].strip() for line in section.body if line.startswith("- "))
            continue
        if name not in set(Level):
            raise ContentError(path, section.line, f"unknown level {section.heading!r}; use Plain, Detailed or Technical")
        levels.append(Level(name))
        if levels != [level for level in Level if level in levels]:
            raise ContentError(path, section.line, "each level stands once, in the order Plain, Detailed, Technical")
        for block in blocks(path, lines, section.line, "## ", stop="# "):
            passages.append(to_passage(path, front, Level(name), block))
    if not any(passage.level is Level.PLAIN for passage in passages):
        raise ContentError(path, body_starts, "the page has no `# Plain` level with a passage in it")
    if not 3 <= len(ask) <= 5:
        raise ContentError(path, len(lines), f"`# Ask your care team` has {len(ask)} questions; it needs three to five")
    return Page(
        id=front.id,
        title=front.title,
        summary=front.summary,
        topic=front.topic,
        evidence=front.evidence,
        population=front.population,
        safety=front.safety,
        review=Review(front.reviewed, front.reviewer, front.review_due),
        version=front.version,
        passages=tuple(passages),
        ask=ask,
    )


def read_front_matter(path: Path, lines: list[str]) -> tuple[FrontMatter, int]:
    """The head of the file and the number of the line that closes it."""
    if not lines or lines[0].strip() != "---":
        raise ContentError(path, 1, "the file does not begin with `---` and its front matter")
    try:
        end = lines.index("---", 1)
    except ValueError:
        raise ContentError(path, 1, "the front matter is not closed with `---`") from None
    try:
        return FrontMatter.model_validate(parse_yaml(path, "\n".join(lines[1:end]), before=1) or {}), end + 1
    except ValidationError as error:
        raise ContentError(path, 1, f"front matter: {explain(error)}") from error


def blocks(path: Path, lines: list[str], after: int, mark: str, stop: str = "") -> Iterator[Block]:
    """The headings that begin with `mark` behind line `after` (counted from 1), each with the lines below it."""
    heading, start = "", 0
    body: list[str] = []
    for number, line in enumerate(lines[after:], after + 1):
        if stop and line.startswith(stop):
            break
        if line.startswith(mark):
            if start:
                yield Block(heading, start, tuple(body))
            heading, start, body = line[len(mark) :].strip(), number, []
        elif start:
            body.append(line.strip())
        elif line.strip():
            raise ContentError(path, number, f"text before the first `{mark.strip()}` heading")
    if start:
        yield Block(heading, start, tuple(body))


def to_passage(path: Path, front: FrontMatter, level: Level, block: Block) -> Passage:
    """One passage from its heading and its paragraph."""
    match = HEADING.match(f"## {block.heading}")
    if not match:
        raise ContentError(path, block.line, 'a passage heading reads `## Heading {#id evidence=... claims="..."}`')
    attributes = read_attributes(path, block.line, match["attributes"])
    paragraph = "\n".join(block.body).strip()
    if not paragraph:
        raise ContentError(path, block.line, "the passage has no text")
    if "\n\n" in paragraph:
        raise ContentError(path, block.line, "a passage is one paragraph; give the second one its own heading")
    cited = [key for marks in CITATION.findall(paragraph) for key in re.findall(r"@([\w-]+)", marks)]
    return Passage(
        id=attributes.id,
        page=front.id,
        title=front.title,
        heading=match["heading"],
        level=level,
        evidence=attributes.evidence,
        sentences=split_sentences(CITATION.sub("", paragraph)),
        claims=attributes.claims,
        references=tuple(dict.fromkeys(cited)),
        whole=attributes.whole,
        population=front.population,
        topic=front.topic,
        reviewed=front.reviewed,
        line=block.line,
    )


def read_attributes(path: Path, line: int, text: str) -> Attributes:
    """Pandoc attributes (`#id .class key=value`) as checked values."""
    found: dict[str, object] = {}
    try:
        for part in shlex.split(text):
            if part.startswith("#"):
                found["id"] = part[1:]
            elif part.startswith("."):
                found[part[1:]] = True
            else:
                key, _, value = part.partition("=")
                found[key] = tuple(value.split()) if key == "claims" else value
        return Attributes.model_validate(found)
    except ValidationError as error:
        raise ContentError(path, line, f"passage attributes: {explain(error)}") from error
    except ValueError as error:
        raise ContentError(path, line, f"passage attributes: {error}") from error
