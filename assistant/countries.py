"""The fixed replies and the numbers to call, country by country, for a page on which a reader can choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from assistant.exceptions import PolicyError
from assistant.policy import INTERNATIONAL, POLICY, Policy, read_file, worded
from corpus.files import explain

CALLS = Path(__file__).parent / "notices" / "calls.yaml"
Kind = Literal["emergency", "crisis", "poison"]


class Call(BaseModel):
    """A number that can be called."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    number: str

    @property
    def link(self) -> str:
        """The number as an address that a phone dials."""
        return "tel:" + "".join(letter for letter in self.number if letter.isdigit() or letter == "+")


class CallList(BaseModel):
    """The numbers of one country."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    """In English; empty for the international wording."""
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Country:
    """What a reader in one country sees."""

    code: str
    name: str
    policy: Policy
    calls: tuple[Call, ...]


def read_countries(paused: bool = False, policy_path: Path = POLICY, calls_path: Path = CALLS) -> Mapping[str, Country]:
    """Every country by its code, `international` first.

    Raises:
        PolicyError: a country lacks its numbers, or a number does not stand in that country's wording.
    """
    file = read_file(policy_path)
    try:
        listed = TypeAdapter(dict[str, CallList]).validate_python(yaml.safe_load(calls_path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, OSError) as error:
        raise PolicyError(f"{calls_path.name} cannot be read: {error}") from error
    except ValidationError as error:
        raise PolicyError(f"{calls_path.name}: {explain(error)}") from error
    if set(listed) != set(file.help):
        odd = ", ".join(sorted(set(listed) ^ set(file.help)))
        raise PolicyError(f"{calls_path.name} and {policy_path.name} do not name the same countries: {odd}")
    for code, entry in listed.items():
        said = " ".join(file.help[code].model_dump().values())
        strange = [call.number for call in entry.calls if call.number not in said]
        if strange:
            raise PolicyError(f"{calls_path.name}: {', '.join(strange)} of {code} does not stand in {policy_path.name}")
    order = sorted(listed, key=lambda code: (code != INTERNATIONAL, listed[code].name))
    return {code: Country(code, listed[code].name, worded(file, code, paused), listed[code].calls) for code in order}
