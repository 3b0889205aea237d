"""The words of the page's own controls, by language; medical words stand in the content and in the notices, never here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from ui.exceptions import WordsMissing

FOLDER = Path(__file__).parent / "words"
ENGLISH = "en"


class Words:
    """The words of one language by their key."""

    def __init__(self, code: str, entries: Mapping[str, str]) -> None:
        self.code = code
        self.entries = entries

    def __call__(self, key: str, **values: object) -> str:
        """One entry, its braces filled.

        Raises:
            KeyError: no entry has this key; a mistake in the code, since both languages have the same keys.
        """
        entry = self.entries[key]
        return entry.format(**values) if values else entry


@cache
def read_words(folder: Path = FOLDER) -> Mapping[str, Words]:
    """Every language that has a file, English first.

    Raises:
        WordsMissing: a language lacks an entry that English has, or has one more.
    """
    files = sorted(folder.glob("*.yaml"), key=lambda path: (path.stem != ENGLISH, path.stem))
    found = {path.stem: Words(path.stem, yaml.safe_load(path.read_text(encoding="utf-8"))) for path in files}
    for code, words in found.items():
        odd = set(words.entries) ^ set(found[ENGLISH].entries)
        if odd:
            raise WordsMissing(f"{code}.yaml and {ENGLISH}.yaml do not have the same entries: {', '.join(sorted(odd))}")
    return found


def language_for(wanted: str, known: Mapping[str, Words]) -> str:
    """The first language of an Accept-Language header, or of a plain code, that is known; else English."""
    for part in wanted.split(","):
        code = part.split(";")[0].strip().lower().split("-")[0]
        if code in known:
            return code
    return ENGLISH
