"""Reading content files so that whatever is wrong in one names its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from corpus.exceptions import ContentError


class UniqueKeyLoader(yaml.CSafeLoader):
    """A safe loader that refuses a key that stands twice, which YAML would drop without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping whose keys all differ."""
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(problem=f"{key.value!r} stands twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def explain(error: ValidationError) -> str:
    """A pydantic error in one line."""
    return "; ".join(f"{'.'.join(map(str, part['loc'])) or 'value'}: {part['msg']}" for part in error.errors())


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        ContentError: the file is not UTF-8 text, or cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ContentError(path, 1, f"not UTF-8 text: {error.reason} at byte {error.start}; save the file as UTF-8") from error
    except OSError as error:
        raise ContentError(path, 1, f"the file cannot be read: {error.strerror}") from error


def parse_yaml(path: Path, text: str, before: int = 0) -> Any:
    """The values of some YAML that stands in a file behind `before` other lines.

    Raises:
        ContentError: it is not YAML.
    """
    try:
        return yaml.load(text, Loader=UniqueKeyLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise ContentError(path, before + (mark.line + 1 if mark else 1), f"not YAML: {error.problem}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ContentError(path, before + 1, f"not YAML: {error}") from error
