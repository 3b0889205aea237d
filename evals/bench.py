"""Speed and memory, as ratios measured side by side in one process, because single timings here mean little."""

from __future__ import annotations

import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tqdm import tqdm

from assistant.build import Settings, build_assistant
from assistant.settings import AssistantSettings
from assistant.types import Question
from corpus.library import read_library
from evals.cases import SETS, read_cases
from index.build import build_index
from index.embed import Embed
from index.settings import IndexSettings

QUESTIONS = 120
GOALS = {"ratio": 2.0, "build": 60.0, "memory": 1_200.0}


def measure() -> Iterator[str]:
    """The figures, a line each, with the goal beside them."""
    settings = Settings(index=IndexSettings(), assistant=AssistantSettings())
    assistant = build_assistant(settings)
    bare = Embed(settings.index.model, settings.index.threads)
    cases = [case for case in read_cases(SETS / "answerable.jsonl") if case.text and len(case.text.split()) < 40][:QUESTIONS]
    for case in cases[:10]:  # warm up
        bare.many([case.text or ""])
    embedding: list[float] = []
    answering: list[float] = []
    for number, case in enumerate(tqdm(cases, desc="Answer against bare embedding", unit="question")):
        # Each text is new to the memory of `Embed`, and the order of the two alternates, so that neither gains from the other.
        steps: list[Callable[[], object]] = [
            partial(bare.many, [case.text or ""]),
            partial(assistant.answer, Question(case.text or "")),
        ]
        results = [embedding, answering]
        for which in (0, 1) if number % 2 else (1, 0):
            started = time.perf_counter()
            steps[which]()
            results[which].append((time.perf_counter() - started) * 1_000)
    ratio = statistics.median(answering) / statistics.median(embedding)
    yield (
        f"answer p50 {statistics.median(answering):.1f} ms, bare embedding p50 {statistics.median(embedding):.1f} ms: "
        f"ratio {ratio:.2f} (goal at most {GOALS['ratio']}), {len(cases)} single messages"
    )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield f"peak memory {memory:.0f} MB with a second copy of the model for the comparison (goal at most {GOALS['memory']:.0f})"
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        build_index(read_library(), settings.index.model_copy(update={"directory": Path(folder)}), progress=False)
        yield f"index build from nothing {time.perf_counter() - started:.1f} s (goal at most {GOALS['build']:.0f} s)"
