"""Promises about the project itself."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from assistant.settings import AssistantSettings
from index.settings import IndexSettings
from ui.settings import UiSettings

ROOT = Path(__file__).parent.parent
PACKAGES = ("corpus", "index", "assistant", "ui", "evals")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def settings_table(classes: tuple[type[BaseSettings], ...]) -> str:
    """The README's table of settings, from the classes and the sentences under their fields."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for each in classes:
        for name, field in each.model_fields.items():
            assert field.description, f"{each.__name__}.{name} has no sentence under it"
            default = f"`{field.default}`" if str(field.default) else "empty"
            rows.append(
                f"| `{each.model_config.get('env_prefix')}{name.upper()}` | {default} | {' '.join(field.description.split())} |"
            )
    return "\n".join(rows)


def test_the_readme_lists_every_setting() -> None:
    table = settings_table((IndexSettings, AssistantSettings, UiSettings))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"<!-- settings -->\n{table}\n<!-- /settings -->" in readme, f"put this table into the README:\n{table}"


def test_every_command_of_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)`", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert named <= targets


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_longer_than_300_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def test_every_package_is_listed_for_installation() -> None:
    import tomllib

    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"])
    found = {str(path.parent.relative_to(ROOT)).replace("/", ".") for path in SOURCES if path.name == "__init__.py"}
    assert listed == found


def test_the_top_level_holds_only_what_the_design_allows() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    allowed = {*PACKAGES, "tests", "docs", ".ci", "pyproject.toml", "README.md", "Makefile", "constraints.txt", "CHANGELOG.md"}
    assert {name.split("/")[0] for name in tracked} <= {*allowed, "LICENSE", ".gitignore"}


def test_everything_installed_is_pinned() -> None:
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert re.search(r"^torch==2\.13\.0$", pins, re.MULTILINE)
    lines = [line for line in pins.splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9._-]+==[^\s=]+", line) for line in lines)
