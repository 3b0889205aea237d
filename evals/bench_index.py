"""What the index takes: built from nothing, and with the vectors of a far larger library."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from corpus.library import Library, read_library
from evals.bench_figure import Figure, Sizes
from index.build import build_index, read_manifest
from index.embed import Embed
from index.nodes import KINDS, texts
from index.scale import Scaled, measure_scale
from index.settings import IndexSettings

BUILD = 60.0
"""Seconds that the build from nothing may take at most."""
SAMPLE = 10
"""Every so manieth text is embedded barely, once before the build and others once after it."""
BATCH = 256
"""Texts that are embedded together, as the build does."""


def build(sizes: Sizes) -> Iterator[Figure]:
    """The index from nothing, against the bare embedding of its texts, which is measured on a part before and a part after."""
    settings, library = IndexSettings(), read_library()
    embed = Embed(settings.model, settings.threads)
    embed.many(["Is this warm-up question read?"])
    before = embedding_rate(embed, library, 0)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        target = build_index(library, settings.model_copy(update={"directory": Path(folder), "chroma_host": ""}), embed.many)
        seconds = time.perf_counter() - started
        count = sum(read_manifest(target).counts.values())
    rate = statistics.mean((before, embedding_rate(embed, library, SAMPLE // 2)))
    to = "the bare embedding of its texts"
    yield Figure("index build from nothing", seconds, "s", seconds / (count / rate), to, BUILD)
    yield Figure("embedding throughput", rate, "texts/s", count=2 * count // SAMPLE)


def embedding_rate(embed: Embed, library: Library, first: int) -> float:
    """Texts a second, on a sample of all that the index embeds."""
    sample = [text for kind in KINDS for _, text in texts(library, kind)][first::SAMPLE]
    started = time.perf_counter()
    for begin in range(0, len(sample), BATCH):
        embed.many(sample[begin : begin + BATCH])
    return len(sample) / (time.perf_counter() - started)


def scale(sizes: Sizes) -> Iterator[Figure]:
    """Build and query of ever larger stores against the smallest, one vector a passage; embedding them is reported apart."""
    settings, library = IndexSettings(), read_library()
    embed = Embed(settings.model, settings.threads)
    sample = [text for _, text in texts(library, "passage")]
    started = time.perf_counter()
    embed.many(sample)
    rate = len(sample) / (time.perf_counter() - started)
    yield from by_size(list(measure_scale(library, settings, embed.many, sizes.passages, sizes.queries)))
    yield Figure("embedding throughput of whole passages", rate, "passages/s", count=len(sample))


def by_size(measured: Sequence[Scaled]) -> Iterator[Figure]:
    """The figures of each size: time of a query, time to store a passage, share of the nearest found, size on disk."""
    first = measured[0]
    to = f"{first.passages:,} passages"
    for each in measured:
        compared = each is not first
        query, each_query = statistics.median(first.queries), statistics.median(each.queries)
        ratio = each_query / query if compared else None
        name, count = f"{each.passages:,} passages", len(each.queries)
        yield Figure(f"query among {name} p50", each_query, "ms", ratio, to if compared else "", count=count)
        stored, each_stored = first.built / first.passages, each.built / each.passages
        ratio = each_stored / stored if compared else None
        yield Figure(f"storing one of {name}", each_stored * 1_000, "ms", ratio, f"one of {to}" if compared else "")
        yield Figure(f"storing {name}", each.built, "s")
        yield Figure(f"nearest found among {name}", each.recall * 100, "%", count=count)
        yield Figure(f"store of {name}", each.megabytes, "MB")
