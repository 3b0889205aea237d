"""The bibliography: CSL-JSON entries with the status that a check of each record gave them."""

from __future__ import annotations

import json
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from corpus.exceptions import ContentError
from corpus.files import explain, read_text


class Status(StrEnum):
    """What the check of a record found."""

    VERIFIED = "verified"
    CORRECTED = "corrected"
    NOT_CONFIRMED = "not_confirmed"
    NOT_FOUND = "not_found"


class Name(BaseModel):
    """A person, or a body with a `literal` name, as CSL has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: str = ""
    given: str = ""
    literal: str = ""

    @property
    def short(self) -> str:
        """The name as it stands in running text."""
        return self.literal or self.family

    @property
    def listed(self) -> str:
        """The name as it stands in a bibliography."""
        return self.literal or f"{self.family} {self.given}".strip()


class Issued(BaseModel):
    """A CSL date; only the year is used."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    date_parts: tuple[Annotated[tuple[int, ...], Field(min_length=1)], ...] = Field(alias="date-parts", min_length=1)


class AsCited(BaseModel):
    """How the source article cited a work whose record reads differently."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    author: str
    title: str
    journal: str = Field(alias="container-title")
    year: int


class Custom(BaseModel):
    """What Citewell adds to a CSL entry, in the place that CSL keeps for that."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Status
    support: bool
    """Whether a passage may cite it as support (page about-the-sources may speak of every entry)."""
    kind: str
    topics: tuple[str, ...]
    checked: date
    unconfirmed: str = ""
    """What the check could not confirm, in a few words."""
    others: bool = False
    """The authors listed are not all."""
    as_cited: AsCited | None = None


class Reference(BaseModel):
    """One bibliography entry."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    id: str
    type: str
    title: str
    author: tuple[Name, ...] = ()
    journal: str = Field(alias="container-title")
    issued: Issued
    volume: str = ""
    issue: str = ""
    page: str = ""
    doi: str = Field("", alias="DOI")
    pmid: str = Field("", alias="PMID")
    address: str = Field("", alias="URL")
    custom: Custom

    @property
    def status(self) -> Status:
        """What the check of the record found."""
        return self.custom.status

    @property
    def year(self) -> int:
        """Year of publication."""
        return self.issued.date_parts[0][0]

    @property
    def url(self) -> str | None:
        """Where a reader finds the record, if an address was confirmed; nothing for a record that was not found."""
        if self.status is Status.NOT_FOUND:
            return None
        if self.doi:
            return f"https://doi.org/{self.doi}"
        if self.pmid:
            return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/"
        return self.address or None

    @property
    def who(self) -> str:
        """The authors as they stand in running text."""
        match [name.short for name in self.author]:
            case []:
                return "Authors not confirmed"
            case [only]:
                return f"{only} and others" if self.custom.others else only
            case [first, second] if not self.custom.others:
                return f"{first} and {second}"
            case names:
                return f"{names[0]} and others"

    @property
    def text(self) -> str:
        """The entry as a bibliography line."""
        listed = ", ".join(name.listed for name in self.author[:3])
        if listed and (self.custom.others or len(self.author) > 3):
            listed += ", and others"
        where = self.journal
        if self.volume:
            where += f" {self.volume}" + (f"({self.issue})" if self.issue else "") + (f":{self.page}" if self.page else "")
        return f"{listed or 'Authors not confirmed'}. {self.title.rstrip('.')}. {where}, {self.year}."

    @property
    def sentences(self) -> tuple[str, ...]:
        """The entry in running text, so that a question about a source finds it."""
        title, kind = self.title.rstrip("."), self.custom.kind
        if not self.author:
            about = f"“{title}” appeared in {self.journal} in {self.year} ({kind}), and its authors are not confirmed."
        elif self.type == "webpage":
            about = f"{self.who} keeps “{title}” ({self.journal}, {self.year}; {kind})."
        else:
            about = f"{self.who} published “{title}” in {self.journal} in {self.year} ({kind})."
        if self.status is Status.NOT_CONFIRMED:
            named = f"{self.who}, {self.year}" if self.author else f"“{title}”, {self.year}"
            return (about, f"The record of this source, {named}, is not fully confirmed: {self.custom.unconfirmed}.")
        return (about,)


def read_references(path: Path) -> dict[str, Reference]:
    """The bibliography by id, in file order.

    Raises:
        ContentError: the file is not CSL-JSON as expected, or an id stands twice.
    """
    try:
        entries = TypeAdapter(tuple[Reference, ...]).validate_python(json.loads(read_text(path)))
    except json.JSONDecodeError as error:
        raise ContentError(path, error.lineno, f"not JSON: {error.msg}") from error
    except ValidationError as error:
        raise ContentError(path, 1, f"entry {explain(error)}") from error
    found: dict[str, Reference] = {}
    for entry in entries:
        if entry.id in found:
            raise ContentError(path, 1, f"two entries with the id {entry.id!r}")
        found[entry.id] = entry
    return found
