"""Passages that staff have taken back: quoted by nobody from the next request on, in every process that shares the folder."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from assistant.exceptions import BadWithdrawals
from corpus.files import explain


class Withdrawal(BaseModel):
    """One passage that was taken back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    passage: str
    by: str
    at: datetime
    reason: str = ""


LIST = TypeAdapter(tuple[Withdrawal, ...])


class Withdrawn:
    """The list in one file; read anew whenever the file has changed."""

    def __init__(self, path: Path) -> None:
        """The list of a file, which need not exist.

        Raises:
            BadWithdrawals: the file cannot be read; nobody may guess what was taken back.
        """
        self.path = path
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = (-1, -1)
        self._entries: tuple[Withdrawal, ...] = ()
        self._ids: frozenset[str] = frozenset()
        self()

    def __call__(self) -> frozenset[str]:
        """The ids of what is taken back now; costs one look at the file."""
        try:
            found = os.stat(self.path)
            stamp: tuple[int, int] | None = (found.st_mtime_ns, found.st_ino)
        except FileNotFoundError:
            stamp = None
        if stamp != self._stamp:
            with self._lock:
                self._read(stamp)
        return self._ids

    def _read(self, stamp: tuple[int, int] | None) -> None:
        try:
            self._entries = () if stamp is None else LIST.validate_json(self.path.read_bytes())
        except (OSError, ValidationError) as error:
            why = explain(error) if isinstance(error, ValidationError) else error
            raise BadWithdrawals(
                f"the list of withdrawn passages {self.path} cannot be read: {why}; mend it or delete it"
            ) from error
        self._ids = frozenset(entry.passage for entry in self._entries)
        self._stamp = stamp

    def entries(self) -> tuple[Withdrawal, ...]:
        """Everything that is taken back now, with who did it and why."""
        self()
        return self._entries

    def add(self, passage: str, by: str, reason: str) -> None:
        """Take a passage back."""
        new = Withdrawal(passage=passage, by=by, at=datetime.now(UTC), reason=reason)
        self._change(lambda entries: (*(each for each in entries if each.passage != passage), new))

    def remove(self, passage: str) -> None:
        """Let a passage be quoted again."""
        self._change(lambda entries: tuple(each for each in entries if each.passage != passage))

    def _change(self, change: Callable[[tuple[Withdrawal, ...]], tuple[Withdrawal, ...]]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{self.path}.lock"):
            entries = change(self.entries())
            new = self.path.with_suffix(".new")
            new.write_bytes(LIST.dump_json(entries, indent=1))
            os.replace(new, self.path)
        self()


def nothing_withdrawn() -> frozenset[str]:
    """The list of somebody who has none."""
    return frozenset()
