"""Runs sets through a target: results are kept case by case, so that an interrupted run goes on where it stopped."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from corpus.library import Library
from evals.cases import Case
from evals.exceptions import BadRun
from evals.metrics import Metric, Scored, measure, score_all
from evals.results import Result, read_results, write_results
from evals.stamp import DATA, VERSION, Stamp, now, read_stamp
from evals.targets import Target

RUNS = Path(".citewell") / "evals"
STAMP, CASES, RESULTS = "stamp.json", "cases.jsonl", "results.jsonl"
LOST = "Unreachable"
"""A failure of the server and not of the case: a resumed run asks again."""
Advance = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was read back."""

    folder: Path
    stamp: Stamp
    sets: Mapping[str, tuple[Case, ...]]
    results: Mapping[tuple[str, str], Result]

    @property
    def missing(self) -> int:
        """How many cases were not asked yet."""
        return sum(len(cases) for cases in self.sets.values()) - len(self.results)

    def scored(self, library: Library) -> list[Scored]:
        """The cases that were asked, with their scores, in the order of the sets."""
        pairs = [
            (case, self.results[name, case.id])
            for name, cases in self.sets.items()
            for case in cases
            if (name, case.id) in self.results
        ]
        return score_all(pairs, library)

    def metrics(self, library: Library) -> list[Metric]:
        """The figures."""
        return measure(self.scored(library))


def start(folder: Path, stamp: Stamp, sets: Mapping[str, Sequence[Case]], resume: bool) -> Stamp:
    """Lay down what a run is about to ask, or check that it is what the folder was about to ask.

    Raises:
        BadRun: there is a run already, or the one to resume was made with something else.
    """
    if (folder / STAMP).exists():
        if not resume:
            raise BadRun(f"{folder} holds a run; give --resume to go on with it, or another --out")
        before = read_stamp(folder / STAMP)
        if differences := before.differs(stamp, *DATA, *VERSION):
            raise BadRun(f"{folder} cannot be resumed, it was made with something else: {'; '.join(differences)}")
        return before
    if resume and folder.exists():
        raise BadRun(f"{folder} holds no run to resume")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / CASES).open("w", encoding="utf-8") as file:
        for name, cases in sets.items():
            for case in cases:
                file.write(f'{{"set": {json.dumps(name)}, "case": {case.model_dump_json(exclude_defaults=True)}}}\n')
    write_whole(folder / STAMP, stamp.model_dump_json(indent=1))
    return stamp


def ask_all(
    folder: Path, sets: Mapping[str, Sequence[Case]], target: Target, workers: int, advance: Advance = lambda: None
) -> None:
    """Ask every case that has no result yet; each result is on disk before the bar moves, the file is in order at the end."""
    path = folder / RESULTS
    kept = (result for result in read_results(path) if not (result.failure and result.failure.kind == LOST))
    done = {result.key: result for result in kept}
    write_results(path, done.values())  # drops a line that was cut off
    for _ in done:
        advance()
    todo = ((name, case) for name, cases in sets.items() for case in cases if (name, case.id) not in done)
    with path.open("a", encoding="utf-8") as file, ThreadPoolExecutor(workers) as pool:
        waiting: set[Future[Result]] = {pool.submit(target, name, case) for name, case in islice(todo, 2 * workers)}
        try:
            while waiting:
                finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in finished:
                    result = future.result()
                    file.write(result.model_dump_json() + "\n")
                    file.flush()
                    done[result.key] = result
                    advance()
                waiting |= {pool.submit(target, name, case) for name, case in islice(todo, len(finished))}
        except KeyboardInterrupt:
            for future in waiting:
                future.cancel()
            raise
    write_results(path, (done[name, case.id] for name, cases in sets.items() for case in cases))


def finish(folder: Path) -> None:
    """Mark a run as complete."""
    stamp = read_stamp(folder / STAMP)
    write_whole(folder / STAMP, stamp.model_copy(update={"finished": now()}).model_dump_json(indent=1))


def write_whole(path: Path, text: str) -> None:
    """Replace a file in one step."""
    fresh = path.with_name(path.name + ".part")
    fresh.write_text(text + "\n", encoding="utf-8")
    os.replace(fresh, path)


def read_run(folder: Path) -> Run:
    """A run from its folder, complete or not.

    Raises:
        BadRun: the folder holds no run, or a file of it cannot be read.
    """
    stamp = read_stamp(folder / STAMP)
    sets: dict[str, list[Case]] = {}
    try:
        for line in (folder / CASES).read_text(encoding="utf-8").split("\n"):
            if not line:
                continue
            row = json.loads(line)
            sets.setdefault(row["set"], []).append(Case.model_validate(row["case"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadRun(f"{folder / CASES} cannot be read; remove the folder and run again") from error
    results = {result.key: result for result in read_results(folder / RESULTS)}
    return Run(folder, stamp, {name: tuple(cases) for name, cases in sets.items()}, results)


def newest(runs: Path = RUNS) -> Path:
    """The folder of the newest run.

    Raises:
        BadRun: there is none.
    """
    found = sorted(path.parent for path in runs.glob(f"*/{STAMP}"))
    if not found:
        raise BadRun(f"no run in {runs}; make one with `python -m evals run`")
    return found[-1]
