"""What waits on the local disk until the database has it: lines appended whole, in files that one process owns."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from filelock import FileLock, Timeout

Entry = Mapping[str, Any]
SEGMENT = 2_000
"""Entries of a file before the next is begun."""


class Spool:
    """A bounded queue on disk. Each process appends to files of its own, and takes over those of processes that ended."""

    def __init__(self, folder: Path, most: int) -> None:
        self.folder = folder
        self.most = most
        self.dropped = 0
        """Entries that were refused because the spool or the disk was full."""
        self.torn = 0
        """Lines that a process was killed in the middle of; they were never acknowledged."""
        folder.mkdir(parents=True, exist_ok=True)
        self._owner = uuid4().hex
        self._lock = threading.Lock()
        self._held = [FileLock(folder / f"{self._owner}.lock")]
        self._held[0].acquire()
        self._owners = {self._owner}
        self._segment = 0
        self._file: int | None = None
        self._in_file = 0
        self._counts: dict[Path, int] = {}
        self.adopt()

    @property
    def waiting(self) -> int:
        """Entries that are not in the database yet, of this process and of those that it took over."""
        return sum(self._counts.values()) + self._in_file

    @property
    def oldest(self) -> float:
        """Seconds that the oldest of them has waited."""
        paths = [*self._counts, *([self._current()] if self._in_file else [])]
        times = [path.stat().st_ctime for path in paths if path.exists()]
        return max(0.0, time.time() - min(times)) if times else 0.0

    def append(self, entry: Entry) -> bool:
        """Keep one entry; False when there is no room for it."""
        line = (json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
        with self._lock:
            if self.waiting >= self.most or not self._write(line):
                self.dropped += 1
                return False
            self._in_file += 1
            if self._in_file >= SEGMENT:
                self._close()
            return True

    def _write(self, line: bytes) -> bool:
        try:
            if self._file is None:
                self._file = os.open(self._current(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            before = os.fstat(self._file).st_size
            # One write of a whole line: a process that is killed leaves all of it or a torn last line, never half an entry.
            if os.write(self._file, line) == len(line):
                return True
            os.ftruncate(self._file, before)
        except OSError:  # the disk is full or gone; the reply goes out all the same, and the loss is counted
            return False
        return False

    def _current(self) -> Path:
        return self.folder / f"{self._owner}-{self._segment:06d}.jsonl"

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._counts[self._current()] = self._in_file
        self._file, self._in_file = None, 0
        self._segment += 1

    def segments(self) -> list[Path]:
        """The files that are ready to be moved, oldest first; what was appended so far is among them."""
        with self._lock:
            if self._in_file:
                self._close()
            return sorted((path for path in self._counts if path.exists()), key=lambda path: path.stat().st_mtime)

    def read(self, path: Path) -> Iterator[dict[str, Any]]:
        """The entries of a file; a line that a killed process left unfinished is counted and left out."""
        for line in path.read_bytes().split(b"\n"):
            if not line:
                continue
            try:
                yield json.loads(line)
            except ValueError:
                self.torn += 1

    def done(self, path: Path) -> None:
        """Forget a file, since the database has what was in it."""
        path.unlink(missing_ok=True)
        with self._lock:
            self._counts.pop(path, None)

    def adopt(self) -> None:
        """Take over the files of processes that ended."""
        for path in sorted(self.folder.glob("*.jsonl")):
            owner = path.name.split("-")[0]
            if owner not in self._owners:
                lock = FileLock(self.folder / f"{owner}.lock")
                try:
                    lock.acquire(timeout=0)
                except Timeout:
                    continue  # its process lives
                self._held.append(lock)
                self._owners.add(owner)
            if path not in self._counts and owner != self._owner:
                with self._lock:
                    self._counts[path] = path.read_bytes().count(b"\n")

    def holds(self, answer_id: str) -> bool:
        """Whether an exchange waits in any process's files."""
        wanted = f'"answer_id":"{answer_id}"'.encode()
        return any(wanted in path.read_bytes() for path in self.folder.glob("*.jsonl") if path.exists())

    def close(self) -> None:
        """Give the files up, for the next process."""
        with self._lock:
            self._close()
        for lock in self._held:
            lock.release()
            Path(lock.lock_file).unlink(missing_ok=True)
