"""The fixed replies, read and checked once; a policy that breaks its own rules refuses the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.exceptions import PolicyError
from assistant.types import Decision, Notice, Verdict
from corpus.files import explain
from corpus.leaks import find_leaks
from corpus.library import Library

POLICY = Path(__file__).parent / "notices" / "policy.yaml"
REQUIRED = {
    Decision.SELF_HARM: ("emergency number", "near you", "care team"),
    Decision.EMERGENCY: ("emergency number", "poison service", "Do not wait for an answer here."),
    Decision.URGENT_CLINICIAN: ("today", "care team", "pharmacist", "emergency number", "cannot assess"),
    Decision.DOSING: (
        "cannot advise",
        "pharmacist",
        "oncology team",
        "label",
        "do not change your medicine",
        "leaflet",
        "poison service",
    ),
    Decision.DIAGNOSIS: ("cannot diagnose",),
    Decision.IN_DOMAIN_NOT_COVERED: ("no passage", "care team"),
    Decision.UNSUPPORTED_LANGUAGE: ("emergency number",),
}
"""Words that a notice must have, by the safety policy."""
HELPED: Mapping[Decision, tuple[str, ...]] = {
    Decision.SELF_HARM: ("emergency", "crisis"),
    Decision.EMERGENCY: ("emergency_now", "poison"),
    Decision.URGENT_CLINICIAN: ("numbers",),
    Decision.DOSING: ("poison", "numbers"),
    Decision.UNSUPPORTED_LANGUAGE: ("emergency_now",),
}
"""Numbers that a notice must have, by their name in `Help`."""
REQUIRED_NUMBERS = ("988", "116 123", "local crisis line", "911", "112", "999", "1-800-222-1222")
"""What the international wording must name."""


class NoticeText(BaseModel):
    """One reply."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    paragraphs: tuple[str, ...]


INTERNATIONAL = "international"


class Help(BaseModel):
    """Where help is found in a country, as it stands in a sentence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    emergency: str
    emergency_now: str
    numbers: str
    crisis: str
    poison: str


class PolicyReview(BaseModel):
    """Who read the wording as a clinician; empty until somebody has."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reviewed: str
    reviewer: str


class PolicyFile(BaseModel):
    """The file of fixed replies."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    review: PolicyReview
    help: Mapping[str, Help]
    notices: Mapping[Decision, NoticeText]
    languages: Mapping[str, str]
    support: Mapping[str, tuple[str, ...]]
    stopping_line: str
    standing: str
    starters: tuple[str, ...]
    paused: NoticeText
    paused_line: str


@dataclass(frozen=True, slots=True)
class Policy:
    """The fixed replies by decision, with the passages that may follow them."""

    version: str
    notices: Mapping[Decision, Notice]
    languages: Mapping[str, str]
    support: Mapping[str, tuple[str, ...]]
    stopping_line: str
    standing: str
    starters: tuple[str, ...]
    country: str
    """Whose numbers it names; `international` for the wording that fits everywhere."""
    paused_notice: Notice
    paused_line: str
    paused: bool = False
    """Whether only fixed replies are given."""

    def notice(self, verdict: Verdict) -> Notice | None:
        """The fixed reply to a verdict; none when the question is simply answered."""
        if self.paused and verdict.decision in {Decision.ANSWER, Decision.IN_DOMAIN_NOT_COVERED}:
            return self.paused_notice
        notice = self.notices.get(verdict.decision)
        if notice and verdict.decision is Decision.UNSUPPORTED_LANGUAGE and verdict.language in self.languages:
            notice = Notice(notice.decision, notice.title, (self.languages[verdict.language], *notice.paragraphs))
        if notice and self.paused and not verdict.decision.red_flag:
            notice = Notice(notice.decision, notice.title, (*notice.paragraphs, self.paused_line))
        return notice


def read_policy(library: Library, path: Path = POLICY, country: str = "", paused: bool = False) -> Policy:
    """Read the fixed replies and check them, those of every country, against the safety policy and the content.

    Raises:
        PolicyError: a reply is missing, lacks required words, would leak, or names an unknown passage; or the country has none.
    """
    file = read_file(path)
    if country and country not in file.help:
        known = ", ".join(sorted(set(file.help) - {INTERNATIONAL}))
        raise PolicyError(f"CITEWELL_ASSISTANT_COUNTRY is {country!r}; give one of {known}, or leave it out")
    problems = [problem for place in file.help for problem in check_policy(worded(file, place), file.help[place], library)]
    if problems:
        raise PolicyError(f"{path.name}: " + "; ".join(dict.fromkeys(problems)))
    return worded(file, country or INTERNATIONAL, paused)


def read_file(path: Path = POLICY) -> PolicyFile:
    """The file of fixed replies as it stands, in its form but not in its words checked.

    Raises:
        PolicyError: it cannot be read, or has another form.
    """
    try:
        return PolicyFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, OSError) as error:
        raise PolicyError(f"{path.name} cannot be read: {error}") from error
    except ValidationError as error:
        raise PolicyError(f"{path.name}: {explain(error)}") from error


def worded(file: PolicyFile, place: str, paused: bool = False) -> Policy:
    """The replies as a country reads them.

    Raises:
        PolicyError: a reply has words in braces that no country fills.
    """
    numbers = file.help[place].model_dump()

    def fill(text: str) -> str:
        try:
            return " ".join(text.format(**numbers).split())
        except (KeyError, IndexError, ValueError) as error:
            raise PolicyError(f"words in braces that nothing stands for: {text!r}") from error

    return Policy(
        version=file.version,
        notices={
            decision: Notice(decision, text.title, tuple(map(fill, text.paragraphs))) for decision, text in file.notices.items()
        },
        languages=file.languages,
        support=file.support,
        stopping_line=file.stopping_line,
        standing=fill(file.standing),
        starters=file.starters,
        country=place,
        paused_notice=Notice(Decision.IN_DOMAIN_NOT_COVERED, file.paused.title, tuple(map(fill, file.paused.paragraphs))),
        paused_line=fill(file.paused_line),
        paused=paused,
    )


def check_policy(policy: Policy, help_: Help, library: Library) -> list[str]:
    """What is wrong with the fixed replies of a country."""
    problems = [f"no notice for {each}" for each in Decision if each is not Decision.ANSWER and each not in policy.notices]
    said = f"{policy.paused_notice.title}\n{policy.paused_notice.text}\n{policy.paused_line}"
    problems += [f"the line on a pause leaks ({leak.rule}): {leak.excerpt!r}" for leak in find_leaks(said)]
    for decision, notice in policy.notices.items():
        wanted = (*REQUIRED.get(decision, ()), *(getattr(help_, name) for name in HELPED.get(decision, ())))
        problems += [f"{decision} lacks {words!r}" for words in wanted if words not in notice.text]
        problems += [f"{decision} leaks ({leak.rule}): {leak.excerpt!r}" for leak in find_leaks(f"{notice.title}\n{notice.text}")]
    if help_.emergency.startswith("your local"):
        said = " ".join(help_.model_dump().values())
        problems += [f"the international wording lacks {words!r}" for words in REQUIRED_NUMBERS if words not in said]
    emergency = policy.notices.get(Decision.EMERGENCY)
    if emergency and not emergency.text.startswith(f"Call {help_.emergency_now}"):
        problems.append("emergency does not begin with the call for help")
    problems += [f"the {code} line lacks an emergency number" for code, line in policy.languages.items() if "112" not in line]
    known = {policy.stopping_line, *(name for names in policy.support.values() for name in names)}
    problems += [f"passage {name!r} is unknown" for name in sorted(known) if name not in library.passages]
    problems += [f"starter leaks: {text!r}" for text in (*policy.starters, policy.standing) if any(find_leaks(text))]
    return problems
