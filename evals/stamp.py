"""What a run was made with, so that two runs are compared only when that makes sense."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from evals.cases import Case, fingerprint
from evals.exceptions import BadRun
from evals.stats import SEED

ROOT = Path(__file__).parent.parent
PACKAGES = (
    "chromadb", "gradio", "ir-measures", "llama-index-core", "numpy", "scikit-learn", "scipy", "sentence-transformers", "torch",
    "transformers",
)  # fmt: skip
PREFIX = "CITEWELL_"


class Stamp(BaseModel):
    """Where, when and on what a run was made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: str
    """`local`, or the address of a server."""
    sets: Mapping[str, str]
    """Fingerprint of the cases by set."""
    sizes: Mapping[str, int]
    quick: bool
    seed: int
    commit: str
    changes: str
    """First 12 hexadecimal digits of the SHA-256 of what the checkout had changed since the commit; empty if nothing."""
    corpus: str
    policy: str
    index: str
    settings: str
    """First 12 hexadecimal digits of the SHA-256 of every setting in force."""
    model: str
    packages: Mapping[str, str]
    machine: Mapping[str, str]
    started: str
    finished: str = ""

    def differs(self, other: Stamp, *names: str) -> list[str]:
        """Which of some fields differ, with both values."""
        return [
            f"{name}: {getattr(self, name)} and {getattr(other, name)}"
            for name in names
            if getattr(self, name) != getattr(other, name)
        ]


DATA = ("sets", "quick", "seed")
"""What has to be equal for two runs to be compared."""
VERSION = ("target", "commit", "changes", "corpus", "policy", "index", "settings", "model", "packages")
"""What has to be equal, besides, for an interrupted run to be resumed."""


def make_stamp(
    target: str, sets: Mapping[str, Sequence[Case]], quick: bool, versions: Mapping[str, str], settings: Mapping[str, object]
) -> Stamp:
    """The stamp of a run that begins now; `versions` holds corpus, policy, index and model."""
    listed = sorted(f"{name}={value}" for name, value in settings.items())
    changed = git("diff", "HEAD")
    return Stamp(
        target=target,
        sets={name: fingerprint(cases) for name, cases in sets.items()},
        sizes={name: len(cases) for name, cases in sets.items()},
        quick=quick,
        seed=SEED,
        commit=git("rev-parse", "HEAD")[:12],
        changes=hashlib.sha256(changed.encode()).hexdigest()[:12] if changed else "",
        corpus=versions["corpus"],
        policy=versions["policy"],
        index=versions["index"],
        settings=hashlib.sha256("\n".join(listed).encode()).hexdigest()[:12],
        model=versions["model"],
        packages={name: installed(name) for name in PACKAGES},
        machine={
            "system": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
            "cores": str(os.cpu_count()),
        },
        started=now(),
    )


def now() -> str:
    """The time, in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def git(*arguments: str) -> str:
    """What git says of this checkout; empty where there is no git or no checkout."""
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def installed(name: str) -> str:
    """The version of an installed package; empty when it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def read_stamp(path: Path) -> Stamp:
    """The stamp of a run.

    Raises:
        BadRun: there is none, or it cannot be read.
    """
    try:
        return Stamp.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadRun(f"no run in {path.parent}; make one with `python -m evals run`") from None
    except (OSError, ValidationError, UnicodeDecodeError) as error:
        raise BadRun(f"{path} cannot be read; remove the folder and run again") from error
