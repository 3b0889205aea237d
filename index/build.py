"""Builds the index into a new folder and moves a pointer to it, so that an interrupted build changes nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.schema import TransformComponent
from pydantic import BaseModel, ConfigDict, ValidationError
from tqdm import tqdm

from corpus.library import Library
from index.embed import Embed, Vector, all_cores, checked_hash
from index.exceptions import IndexDamaged, IndexLocked, IndexMissing
from index.keyword import build_keywords
from index.nodes import KINDS, keyword_nodes, nodes, texts
from index.settings import IndexSettings
from index.vectors import EXACT, CachedEmbedding, KeyedChromaStore, VectorCache, open_client

SCHEMA = 2
"""Raised when the layout of a version folder changes, so that older ones are rebuilt."""
KEPT = 2
"""Versions that stay: the current one and the one before it, which other processes may still have open."""
POINTER = "CURRENT"
MANIFEST = "manifest.json"
VECTORS = "vectors.npz"


class Manifest(BaseModel):
    """What a version folder was built from; written last, so that a folder with one is whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    corpus: str
    model: str
    schema_version: int
    built: str
    counts: dict[str, int]

    def fits(self, corpus: str, model: str) -> bool:
        """Whether the index is the one for this content and this model."""
        return (self.corpus, self.model, self.schema_version) == (corpus, model, SCHEMA)


def vector_cache(settings: IndexSettings, model: str) -> VectorCache:
    """The vectors that the last build used."""
    return VectorCache(index_folder(settings) / f"vectors-{model[:8]}.npz")


def index_folder(settings: IndexSettings) -> Path:
    """Where the versions lie."""
    return settings.directory / "index"


def current_folder(settings: IndexSettings) -> Path:
    """The folder of the finished index.

    Raises:
        IndexMissing: nothing was built yet.
    """
    folder = index_folder(settings)
    try:
        name = (folder / POINTER).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise IndexMissing(f"no finished index in {folder}; run `python -m index build`") from None
    if not name or not (folder / name / MANIFEST).is_file():
        raise IndexDamaged(f"the index in {folder} is incomplete; run `python -m index build --fresh`")
    return folder / name


def read_manifest(folder: Path) -> Manifest:
    """What a version folder was built from.

    Raises:
        IndexDamaged: its manifest cannot be read.
    """
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError) as error:
        raise IndexDamaged(f"the manifest in {folder} cannot be read; run `python -m index build --fresh`") from error


def is_current(library: Library, settings: IndexSettings) -> bool:
    """Whether a finished index for this content and this model is there."""
    try:
        manifest = read_manifest(current_folder(settings))
    except (IndexMissing, IndexDamaged):
        return False
    return manifest.fits(library.version, checked_hash(settings.model))


def build_index(
    library: Library,
    settings: IndexSettings,
    many: Callable[[Sequence[str]], Vector] | None = None,
    *,
    fresh: bool = False,
    progress: bool = True,
) -> Path:
    """Build the index unless it is current, and return its folder; `fresh` builds in any case and embeds everything.

    Raises:
        IndexLocked: another process builds in the same folder.
        ModelMismatch: the embedding model is missing or not the expected one.
    """
    folder = index_folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "build.lock")
    try:
        with lock.acquire(timeout=600, poll_interval=0.2):
            if not fresh and is_current(library, settings):
                return current_folder(settings)
            many = many or Embed(settings.model, settings.threads).many
            with all_cores():
                return _build(library, settings, many, fresh, progress)
    except Timeout:
        raise IndexLocked(f"another process is building in {folder}; wait for it, or remove {lock.lock_file}") from None


def _build(
    library: Library, settings: IndexSettings, many: Callable[[Sequence[str]], Vector], fresh: bool, progress: bool
) -> Path:
    folder = index_folder(settings)
    model = checked_hash(settings.model)
    for unfinished in folder.glob("building-*"):
        shutil.rmtree(unfinished, ignore_errors=True)
    stamp = datetime.now(UTC)
    name = f"{library.version}-{model[:8]}-{stamp:%Y%m%d%H%M%S%f}"
    work = folder / f"building-{name}"
    work.mkdir()
    cache = vector_cache(settings, model)
    if fresh:
        cache.known.clear()
    total = sum(1 for kind in KINDS for _ in texts(library, kind))
    with tqdm(total=total, desc="Building the search index", unit="text", disable=not progress) as bar:
        embedding = CachedEmbedding(many, cache, bar.update)
        counts = _store_vectors(library, settings, work, name, embedding)
    _store_vectors_of_text(library, work / VECTORS, cache)
    build_keywords(keyword_nodes(library), work / "keywords")
    cache.save(embedding.used)
    manifest = Manifest(
        corpus=library.version, model=model, schema_version=SCHEMA, built=stamp.isoformat(timespec="seconds"), counts=counts
    )
    (work / MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
    target = folder / name
    work.rename(target)
    _point_to(folder, name)
    _remove_old(folder, name, settings)
    return target


def _store_vectors(
    library: Library, settings: IndexSettings, work: Path, name: str, embedding: TransformComponent
) -> dict[str, int]:
    client = open_client(work / "chroma", settings.chroma_host, settings.chroma_port)
    counts: dict[str, int] = {}
    for kind in KINDS:
        collection = client.create_collection(collection_name(kind, name, settings), configuration=EXACT)
        pipeline = IngestionPipeline(
            transformations=[embedding], vector_store=KeyedChromaStore.from_collection(collection), disable_cache=True
        )
        found, most = nodes(library, kind), client.get_max_batch_size()
        counts[kind] = sum(len(pipeline.run(nodes=found[start : start + most])) for start in range(0, len(found), most))
    return counts


def collection_name(kind: str, name: str, settings: IndexSettings) -> str:
    """A collection's name; on a server, where versions share one space, it carries the version."""
    return f"{kind}s-{name}" if settings.chroma_host else f"{kind}s"


def _store_vectors_of_text(library: Library, path: Path, cache: VectorCache) -> None:
    """Vectors of passages and their sentences, which ranking and composing need for all of a passage and not only for hits."""
    keyed = [*texts(library, "passage"), *texts(library, "sentence")]
    np.savez(
        path,
        ids=np.array([str(key) for key, _ in keyed]),
        vectors=np.array([cache.known[VectorCache.key(text)] for _, text in keyed], dtype=np.float32),
    )


def _point_to(folder: Path, name: str) -> None:
    fresh = folder / f"{POINTER}.new"
    fresh.write_text(name + "\n", encoding="utf-8")
    fresh.replace(folder / POINTER)


def _remove_old(folder: Path, name: str, settings: IndexSettings) -> None:
    finished = [path for path in folder.iterdir() if (path / MANIFEST).is_file() and path.name != name]
    # The stamp is the last part of the name; sorted by it, the newest of the older versions stays.
    for path in sorted(finished, key=lambda path: path.name.rsplit("-", 1)[-1])[: -(KEPT - 1)]:
        shutil.rmtree(path, ignore_errors=True)
        if settings.chroma_host:
            client = open_client(path, settings.chroma_host, settings.chroma_port)
            for kind in KINDS:
                client.delete_collection(collection_name(kind, path.name, settings))


def describe(folder: Path) -> str:
    """One line on a version folder."""
    manifest = read_manifest(folder)
    return json.dumps({"folder": folder.name, **manifest.model_dump()})
