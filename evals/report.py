"""One self-contained page on a run, and one on what changed between two."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from corpus.library import Library
from evals.compare import Changed, Delta
from evals.gates import Checked
from evals.metrics import Metric, Scored
from evals.run import Run

REPORT = "report.html"


def write_report(
    run: Run, rows: Sequence[Scored], metrics: Sequence[Metric], checked: Sequence[Checked], library: Library
) -> Path:
    """Write the report of a run into its folder."""
    return run.folder / REPORT


def write_comparison(
    path: Path, first: Run, second: Run, moved: Sequence[Delta], changed: Sequence[Changed], library: Library
) -> None:
    """Write a page that shows only what changed between two runs."""
