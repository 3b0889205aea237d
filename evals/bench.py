"""Speed and memory, as ratios to something measured beside them, because single timings here mean little."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from evals import bench_answer, bench_index, bench_process
from evals.bench_figure import Figure, Sizes
from evals.exceptions import EvalsError
from evals.stamp import PACKAGES, git, installed, now

Part = Callable[[Sizes], Iterator[Figure]]
"""Measures one thing, on an assistant of its own, so that figures do not depend on which other parts were chosen."""
PARTS: Mapping[str, Part] = {
    "answer": bench_answer.answer,
    "throughput": bench_answer.throughput,
    "engine": bench_answer.engine,
    "start": bench_process.start,
    "memory": bench_process.memory,
    "build": bench_index.build,
    "scale": bench_index.scale,
}


def measure(only: Sequence[str], sizes: Sizes | None = None, parts: Mapping[str, Part] = PARTS) -> Iterator[Figure]:
    """The figures of some parts as they are measured, of all parts when none is named.

    Raises:
        EvalsError: there is no such part, or a process that is measured fails.
    """
    if unknown := sorted(set(only) - set(parts)):
        raise EvalsError(f"no part {', '.join(unknown)} in the bench; parts: {', '.join(parts)}")
    for name, part in parts.items():
        if not only or name in only:
            yield from part(sizes or Sizes())


def write_figures(path: Path, figures: Sequence[Figure]) -> None:
    """The figures as JSON, with what they were measured on."""
    made_on = {
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "commit": git("rev-parse", "HEAD")[:12],
        "packages": {name: installed(name) for name in PACKAGES},
        "measured": now(),
    }
    listed = [{**asdict(figure), "reached": figure.reached} for figure in figures]
    path.write_text(json.dumps({"machine": made_on, "figures": listed}, indent=1) + "\n", encoding="utf-8")
