"""Whether the same question gets the same reply: asked again, in a new process, and on an index built from nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from evals.cases import SETS, Case, read_cases
from evals.console import open_target
from evals.exceptions import EvalsError

FROM = ("answerable", "followups", "dosing", "red_flags")
VARYING = frozenset({"id", "answer_id", "conversation_id", "latency_ms"})


def sample(count: int) -> list[Case]:
    """Cases taken evenly from the sets."""
    cases = [case for name in FROM for case in read_cases(SETS / f"{name}.jsonl")]
    return cases[:: max(1, len(cases) // count)][:count]


def stable(body: Any) -> str:
    """What has to be the same each time."""
    return json.dumps({name: value for name, value in body.items() if name not in VARYING}, sort_keys=True)


def differences(count: int, rebuild: bool) -> Iterator[str]:
    """A line for every way of asking again, and one for every reply that differs."""
    cases = sample(count)
    target, _, _, _ = open_target(None)
    first = [reply(target("consistency", case).body) for case in cases]
    yield from compared(
        "asked again, in reverse", cases, first, [reply(target("consistency", case).body) for case in cases[::-1]][::-1]
    )
    yield from compared("in a new process", cases, first, in_new_process(cases, {}))
    if rebuild:
        with tempfile.TemporaryDirectory() as folder:
            yield from compared("on a fresh build", cases, first, in_new_process(cases, {"CITEWELL_INDEX_DIRECTORY": folder}))


def reply(body: Any) -> str:
    """A reply as it has to stay; a case without one stays without one."""
    return stable(body) if body else "no reply"


def in_new_process(cases: Sequence[Case], settings: dict[str, str]) -> list[str]:
    """The replies of the batch command, started anew.

    Raises:
        EvalsError: the command fails.
    """
    with tempfile.TemporaryDirectory() as name:
        source, target = Path(name) / "in.jsonl", Path(name) / "out.jsonl"
        rows = [{"id": case.id, "turns": list(case.turns or (case.text or "",))} for case in cases]
        source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        command = [sys.executable, "-m", "assistant", "ask", "--batch", str(source), "--out", str(target)]
        done = subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, check=False)
        if not target.is_file():
            raise EvalsError(f"the batch command failed: {done.stderr.strip()[-300:]}")
        return [stable(json.loads(line)) for line in target.read_text(encoding="utf-8").split("\n") if line]


def compared(way: str, cases: Sequence[Case], first: Sequence[str], second: Sequence[str]) -> Iterator[str]:
    """What came out of asking again."""
    changed = [case for case, one, other in zip(cases, first, second, strict=True) if one != other]
    yield f"{way}: {len(cases) - len(changed)} of {len(cases)} replies the same"
    yield from (f"DIFFERS {way}: {case.id} {case.said[:120]}" for case in changed)
