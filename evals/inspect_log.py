"""Shows a run in Inspect's log viewer: one log of Inspect a set, written with Inspect's own classes.

The run's folder and the content are all that is read, so that Inspect can live in an environment of its own. Figures over the
set of all cases belong to no log and are left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from inspect_ai.log import (
    EvalConfig,
    EvalDataset,
    EvalError,
    EvalLog,
    EvalMetric,
    EvalResults,
    EvalRevision,
    EvalSample,
    EvalScore,
    EvalSpec,
    EvalStats,
    write_eval_log,
)
from inspect_ai.model import ChatMessage, ChatMessageUser, ModelOutput
from inspect_ai.scorer import CORRECT, INCORRECT, Score

from evals.metrics import Metric, Scored
from evals.run import Run
from evals.scorers import BAD, SCORERS
from evals.stats import Rate

MODEL = "citewell"
PASSED = "passed"
"""A score beside those of the scorers: whether nothing went wrong, and what did."""
LATENCY = "latency"
KEPT = {"quick", "seed", "changes", "corpus", "policy", "index", "settings", "model", "machine"}
"""What of the stamp has no field of its own in a log."""


def write_logs(run: Run, rows: Sequence[Scored], figures: Sequence[Metric], folder: Path) -> list[Path]:
    """Write a log for every set of a run; a log of the same run and set is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for name in run.sets:
        log = to_log(run, name, [row for row in rows if row.result.set == name], [each for each in figures if each.set == name])
        # The viewer reads time, task and id from the name of the file.
        path = folder / f"{run.stamp.started.replace(':', '-')}_{name.replace('_', '-')}_{log.eval.task_id}.eval"
        write_eval_log(log, path)
        written.append(path)
    return written


def to_log(run: Run, name: str, rows: Sequence[Scored], figures: Sequence[Metric]) -> EvalLog:
    """The log of one set."""
    answered = sum(row.result.failure is None for row in rows)
    return EvalLog(
        status="success" if len(rows) == len(run.sets[name]) else "cancelled",
        eval=to_spec(run, name),
        results=EvalResults(
            total_samples=len(run.sets[name]),
            completed_samples=answered,
            # The viewer's list of logs shows the first figure.
            scores=[*to_figures([passed(name, rows)] if rows else []), *to_figures(figures)],
        ),
        stats=EvalStats(started_at=run.stamp.started, completed_at=run.stamp.finished),
        samples=[to_sample(row) for row in rows],
    )


def passed(name: str, rows: Sequence[Scored]) -> Metric:
    """The share of cases in which nothing went wrong."""
    rate = Rate(sum(not row.wrong for row in rows), len(rows))
    return Metric(name, PASSED, "rate", rate.value, rate.total, rate.total, *rate.interval)


def to_spec(run: Run, name: str) -> EvalSpec:
    """What was run: the stamp in Inspect's words."""
    stamp = run.stamp
    key = hashlib.sha256(f"{run.folder.name} {stamp.started} {name}".encode()).hexdigest()[:22]
    return EvalSpec(
        eval_id=key,
        run_id=key,
        task_id=key,
        created=stamp.started,
        task=name,
        task_version=stamp.sets[name],
        dataset=EvalDataset(name=name, samples=len(run.sets[name]), sample_ids=[case.id for case in run.sets[name]]),
        model=MODEL,
        model_base_url=None if stamp.target == "local" else stamp.target,
        config=EvalConfig(),
        revision=EvalRevision(type="git", origin="", commit=stamp.commit, dirty=bool(stamp.changes)) if stamp.commit else None,
        packages=dict(stamp.packages),
        metadata=stamp.model_dump(mode="json", include=KEPT),
    )


def to_sample(row: Scored) -> EvalSample:
    """A case with its reply."""
    case, result = row.case, row.result
    messages: list[ChatMessage] = [ChatMessageUser(content=turn, source="input") for turn in case.turns or (case.text or "",)]
    output = ModelOutput.from_content(MODEL, result.body["answer"]) if result.body else ModelOutput(model=MODEL)
    failure = result.failure
    spent = result.timings.get("total")
    return EvalSample(
        id=case.id,
        epoch=1,
        input=messages,
        target=case.fact or case.label,
        messages=[*messages, output.message] if result.body else messages,
        output=output,
        scores=to_scores(row) if result.body else None,
        metadata=to_metadata(row),
        total_time=None if spent is None else spent / 1_000,
        error=EvalError(message=f"{failure.kind}: {failure.message}", traceback="", traceback_ansi="") if failure else None,
    )


def to_scores(row: Scored) -> dict[str, Score]:
    """The scores that apply; whether anything went wrong comes first."""
    decision = row.result.body["kind"] if row.result.body else None
    explanation = ", ".join(row.wrong) or "nothing went wrong"
    found = {PASSED: Score(value=INCORRECT if row.wrong else CORRECT, answer=decision, explanation=explanation)}
    for name, value in row.scores.items():
        if value is not None:
            # The viewer paints False red, whatever was asked: what should be False is shown as a number.
            found[name] = Score(value=float(value) if name in BAD else value, explanation=asked(name))
    return found


def asked(name: str) -> str | None:
    """What a scorer asks, in its own words, and where 1 is the bad answer."""
    if name not in SCORERS:
        return None
    question = (SCORERS[name].__doc__ or "").splitlines()[0]
    return f"{question} 1 is a failure." if name in BAD else question


def to_metadata(row: Scored) -> dict[str, object]:
    """What led to the reply, and what it cites."""
    body, trace = row.result.body, row.result.trace
    found: dict[str, object] = {"group": row.case.group, "kind": body["kind"] if body else "error"}
    if trace:
        found |= {"reason": trace.reason, "queries": list(trace.queries), "confidence": trace.confidence}
        found["passages"] = [{"passage": each.passage, "score": each.score, "asked": each.asked} for each in trace.evidence]
    if body:
        found |= {"notice": body["notice"], "statements": list(body["statements"]), "citations": list(body["citations"])}
        found["related"] = list(body["related"])
    found["case"] = row.case.model_dump(mode="json", exclude_defaults=True)
    found["timings"] = dict(row.result.timings)
    return found


def to_figures(figures: Sequence[Metric]) -> Iterator[EvalScore]:
    """Figures by score, those of groups among the metrics of their score; latencies stand together."""
    named: dict[str, list[Metric]] = {}
    for figure in figures:
        named.setdefault(LATENCY if figure.name.startswith(LATENCY) else figure.name, []).append(figure)
    for name, listed in named.items():
        first = listed[0]
        yield EvalScore(
            name=name,
            scorer=name,
            scored_samples=first.scored,
            unscored_samples=first.total - first.scored,
            metrics={metric.name: metric for each in listed for metric in to_metrics(each)},
        )


def to_metrics(figure: Metric) -> Iterator[EvalMetric]:
    """A figure, and its bounds as metrics of their own where it is that of a whole set."""
    name = figure.group or (figure.name.removeprefix(f"{LATENCY} ") if figure.name.startswith(LATENCY) else figure.unit)
    known = {"unit": figure.unit, "scored": figure.scored, "total": figure.total, "low": figure.low, "high": figure.high}
    yield EvalMetric(name=name, value=figure.value, metadata=known)
    if not figure.group and figure.low is not None and figure.high is not None:
        yield EvalMetric(name="low", value=figure.low)
        yield EvalMetric(name="high", value=figure.high)
