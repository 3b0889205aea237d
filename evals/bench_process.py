"""What a process of its own takes: from its start to an answer, until it serves, and how much memory it holds."""

from __future__ import annotations

import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from evals.bench_figure import Figure, Sizes, evenly, single_messages
from evals.exceptions import EvalsError, Unreachable
from evals.targets import get_json

QUESTION = "Why are my hands stiff in the morning?"
ASK = ("-m", "assistant", "ask", QUESTION)
HELP = ("-m", "assistant", "ask", "--help")
BARE = (
    "-c",
    "from index.embed import Embed; from index.settings import IndexSettings; from pathlib import Path; "
    "settings = IndexSettings(); Embed(settings.model, settings.threads)"
    f"({QUESTION!r}); status = Path('/proc/self/status'); status.is_file() and print(status.read_text())",
)
"""Loads the model, embeds the same text, and says what memory it took where the system tells."""
NOTHING = ("-c", "pass")
MEMORY = 1_200.0
"""Megabytes that serving may take at most."""
HELP_SECONDS = 1.0
PATIENCE = 300.0
"""Seconds that a server may take to start; it may have to build its index first."""
PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)


def start(sizes: Sizes) -> Iterator[Figure]:
    """From the start of a process to its answer, with an index already built, against one that only embeds the same text."""
    run(ASK)  # builds what is missing, and warms the disk's cache for everyone
    commands = {"ask": ASK, "bare": BARE, "help": HELP, "nothing": NOTHING}
    spent: dict[str, list[float]] = {name: [] for name in commands}
    for number in tqdm(range(sizes.starts), desc="Starting processes", unit="round"):
        names = list(commands)
        for name in names[::-1] if number % 2 else names:
            started = time.perf_counter()
            run(commands[name])
            spent[name].append(time.perf_counter() - started)
    middle = {name: statistics.median(values) for name, values in spent.items()}
    count = sizes.starts
    bare = "a process that embeds the same text"
    yield Figure("cold start until answered p50", middle["ask"], "s", middle["ask"] / middle["bare"], bare, count=count)
    python = "a bare Python"
    ratio = middle["help"] / middle["nothing"]
    yield Figure("ask --help p50", middle["help"], "s", ratio, python, HELP_SECONDS, count=count)


def run(arguments: Sequence[str]) -> str:
    """What a Python process prints.

    Raises:
        EvalsError: it fails.
    """
    done = subprocess.run([sys.executable, *arguments], env=environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise EvalsError(f"`python {' '.join(arguments[:3])}` failed: {done.stderr.strip()[-300:]}")
    return done.stdout


def environment() -> dict[str, str]:
    """The environment of a started process: this one's, and nothing is fetched."""
    return {**os.environ, "HF_HUB_OFFLINE": "1", "GRADIO_ANALYTICS_ENABLED": "False"}


def memory(sizes: Sizes) -> Iterator[Figure]:
    """The most memory that the server held after questions from four sides, against a process with the embedding model alone."""
    with serving() as (url, process, seconds):
        yield Figure("start until served", seconds, "s")
        bodies = [{"question": question.text} for question in evenly(single_messages(), sizes.served)]
        with ThreadPoolExecutor(4) as pool, tqdm(total=len(bodies), desc="Asking the server", unit="question") as bar:
            for _ in pool.map(lambda body: get_json(f"{url}/api/ask", body), bodies):
                bar.update()
        served = peak(status(process.pid))
    alone = peak(run(BARE))
    # Counting a child's memory when it ends would count this process's too, from before the child became a program of its own.
    if served is not None and alone is not None:
        to = "a process with the embedding model alone"
        yield Figure("peak memory of the server", served, "MB", served / alone, to, MEMORY, count=len(bodies))


def status(process: int) -> str:
    """What the system tells of a process; empty where it has no such file (only Linux does)."""
    path = Path(f"/proc/{process}/status")
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def peak(text: str) -> float | None:
    """The peak memory in a process's status, in megabytes; None where it is not told."""
    found = PEAK.search(text)
    return int(found[1]) / 1024 if found else None


@contextmanager
def serving() -> Iterator[tuple[str, subprocess.Popen[bytes], float]]:
    """A server of its own on a free port: its address, its process, and the seconds until it was ready.

    Raises:
        EvalsError: it ends before it is ready, or is not ready in time.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "ui", "--port", str(port), "--no-browser"]
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not is_ready(url):
            if process.poll() is not None:
                raise EvalsError("the server ended before it was ready; `python -m ui` says why")
            if time.perf_counter() - started > PATIENCE:
                raise EvalsError(f"the server was not ready after {PATIENCE:.0f} s; `python -m ui` says why")
            time.sleep(0.05)
        yield url, process, time.perf_counter() - started
    finally:
        process.terminate()
        process.wait()


def is_ready(url: str) -> bool:
    """Whether a server answers questions yet."""
    try:
        get_json(f"{url}/readyz")
    except Unreachable:
        return False
    return True
