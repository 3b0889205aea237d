"""The sets that ship: what each is for, its version, and what it is held apart from."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from corpus.files import explain
from evals.cases import SETS, Case, read_cases
from evals.exceptions import BadCases
from evals.perturb import perturb, reworded_case

CATALOGUE = SETS / "sets.toml"
ROBUSTNESS = "robustness"
"""The set that is made from others at run time."""
REWORDINGS = SETS.parent / "rewordings.jsonl"
QUICK = 4
"""The quick form asks every fourth seed question."""


class Entry(BaseModel):
    """What is known of a set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = Field(ge=1)
    sha256: str
    """First 12 hexadecimal digits of the SHA-256 of the file; a change of the file needs a new version."""
    role: Literal["test", "fitted"]
    """`test` sets chose nothing; on `fitted` ones weights or thresholds were chosen, so that they only show fit."""
    about: str
    reworded: int = Field(default=0, ge=0)
    """How many cases each rewording of the robustness set takes from it."""


class Rewording(BaseModel):
    """A case said in other words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    of: str
    text: str


def read_rewordings(path: Path = REWORDINGS) -> tuple[Rewording, ...]:
    """The paraphrases.

    Raises:
        BadCases: a line is no paraphrase.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise BadCases(f"{path} cannot be read: {error.strerror}") from error
    return tuple(read_rewording(path, number, line) for number, line in enumerate(lines, 1) if line.strip())


def read_rewording(path: Path, number: int, line: str) -> Rewording:
    """One line as a paraphrase."""
    try:
        return Rewording.model_validate_json(line)
    except ValidationError as error:
        raise BadCases(f"{path.name}:{number}: {explain(error)}") from error


def read_catalogue(path: Path = CATALOGUE) -> Mapping[str, Entry]:
    """The sets by name, in the order in which they run.

    Raises:
        BadCases: the catalogue cannot be read.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        return {name: Entry.model_validate(values) for name, values in found.items()}
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadCases(f"{path.name} cannot be read: {error}") from error
    except ValidationError as error:
        raise BadCases(f"{path.name}: {explain(error)}") from error


def file_hash(path: Path) -> str:
    """First 12 hexadecimal digits of the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def stale(catalogue: Mapping[str, Entry], folder: Path = SETS) -> list[str]:
    """Sets whose file is not the one that the catalogue names, and files that it does not name."""
    files = {path.stem: path for path in folder.glob("*.jsonl")}
    problems = [f"{name}.jsonl stands in no entry of sets.toml" for name in sorted(set(files) - set(catalogue))]
    for name, entry in catalogue.items():
        if name not in files:
            problems.append(f"{name}.jsonl is missing")
        elif (found := file_hash(files[name])) != entry.sha256:
            problems.append(f"{name}.jsonl changed: raise its version and set sha256 to {found} in sets.toml")
    if not problems:
        known = {case.id for name in catalogue for case in read_cases(files[name])}
        problems += [f"{REWORDINGS.name}: no case {each.of}" for each in read_rewordings() if each.of not in known]
    return problems


def choose(names: Iterable[str], paths: Iterable[Path], quick: bool = False) -> dict[str, tuple[Case, ...]]:
    """The cases to ask by set: our own sets (all of them when none is named), then files by path.

    Raises:
        BadCases: a set is unknown, a file cannot be used, or two sets have one name.
    """
    catalogue = read_catalogue()
    wanted, files = list(names), list(paths)
    if not wanted and not files:
        wanted = [*catalogue, ROBUSTNESS]
    if unknown := [name for name in wanted if name not in (*catalogue, ROBUSTNESS)]:
        raise BadCases(f"unknown set {', '.join(unknown)}; sets: {', '.join((*catalogue, ROBUSTNESS))}")
    # The rewordings are compared with the originals, so these have to be asked too.
    sources = [name for name, entry in catalogue.items() if entry.reworded] if ROBUSTNESS in wanted else []
    chosen = {name: read_cases(SETS / f"{name}.jsonl") for name in catalogue if name in wanted or name in sources}
    if quick:
        chosen = {name: thin(cases) for name, cases in chosen.items()}
    if ROBUSTNESS in wanted:
        share = QUICK if quick else 1
        chosen[ROBUSTNESS] = (
            *(case for name in sources for case in perturb(chosen[name], max(1, catalogue[name].reworded // share))),
            *paraphrased([case for name in sources for case in chosen[name]]),
        )
    for path in files:
        if path.stem in {*chosen, *catalogue, ROBUSTNESS, "all"}:
            raise BadCases(f"a set is called {path.stem} already; rename {path}")
        chosen[path.stem] = read_cases(path)
    return chosen


def paraphrased(cases: Iterable[Case]) -> Iterator[Case]:
    """The paraphrases of some cases, each with what its original has to hold."""
    originals = {case.id: case for case in cases}
    for reworded in read_rewordings():
        if original := originals.get(reworded.of):
            yield reworded_case(original, "paraphrase", reworded.text)


def thin(cases: Iterable[Case]) -> tuple[Case, ...]:
    """A quarter of the seed questions, pairs kept together, chosen by their names so that it is always the same quarter."""
    return tuple(case for case in cases if int(hashlib.sha256(case.seed.encode()).hexdigest()[:8], 16) % QUICK == 0)


def doubts(catalogue: Mapping[str, Entry]) -> Iterator[str]:
    """The log of labels that can be disputed, as Markdown."""
    yield "# Labels that can be disputed"
    yield ""
    yield "Written by `python -m evals sets --doubts`; change the cases, not this page. Decisions in brackets count as right too."
    for name in catalogue:
        listed = [case for case in read_cases(SETS / f"{name}.jsonl") if case.doubt]
        if not listed:
            continue
        yield from ("", f"## {name}", "", "| case | label | message | doubt |", "|---|---|---|---|")
        for case in listed:
            accepted = ", ".join(sorted(set(case.accept) - {case.label}))
            label = (case.label or "answer") + (f" ({accepted})" if accepted else "")
            yield f"| {case.id} | {label} | {cell(case.said)} | {cell(case.doubt)} |"


def cell(text: str) -> str:
    """A text that fits into a cell of a table."""
    short = text if len(text) <= 160 else text[:157] + "..."
    return " ".join(short.replace("|", "/").split())
