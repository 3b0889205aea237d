"""What every command of this package shares: where it prints, how it fails, and what it measures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from assistant.console import fail

if TYPE_CHECKING:
    from corpus.library import Library
    from evals.targets import Target

out = Console(soft_wrap=True, markup=False, highlight=False)
INCOMPLETE = 3
RunArgument = Annotated[Path | None, typer.Argument(help="Folder of a run; the newest one when it is left out.")]
UrlOption = Annotated[str | None, typer.Option(help="Measure a running server instead, such as http://127.0.0.1:7860.")]


@contextmanager
def told() -> Iterator[None]:
    """Turn what the evaluator can mend into one sentence and an exit code: 2 for bad input, 3 for a server out of reach."""
    from corpus.exceptions import CorpusError
    from evals.exceptions import EvalsError, Unreachable

    try:
        yield
    except Unreachable as error:
        raise fail(str(error), INCOMPLETE) from error
    except (EvalsError, CorpusError) as error:
        raise fail(str(error)) from error
    except OSError as error:
        raise fail(f"{error.filename or 'a file'}: {error.strerror or error}") from error


def open_target(url: str | None) -> tuple[Target, Library, dict[str, str], dict[str, object]]:
    """What is asked, its content, the versions behind it, and the settings in force."""
    from corpus.library import read_library
    from evals.targets import get_json, local, remote

    if url:
        library = read_library()
        target = remote(url, library)
        ready = get_json(f"{url.rstrip('/')}/readyz")
        return (
            target,
            library,
            {"corpus": library.version, "policy": str(ready.get("policy_version")), "index": "", "model": ""},
            {},
        )
    from assistant.__main__ import open_assistant
    from assistant.settings import AssistantSettings
    from index.build import current_folder, read_manifest
    from index.settings import IndexSettings

    assistant = open_assistant()
    index, answers = IndexSettings(), AssistantSettings()
    manifest = read_manifest(current_folder(index))
    versions = {
        "corpus": assistant.library.version,
        "policy": assistant.policy.version,
        "index": f"{manifest.corpus}-{manifest.model[:8]}-{manifest.schema_version}",
        "model": manifest.model[:12],
    }
    return local(assistant), assistant.library, versions, {**index.model_dump(), **answers.model_dump()}
