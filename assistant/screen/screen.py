"""Decides what happens to a message: rules and classifier together, in the policy's order. Read this file first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.screen.blend import Predict, Signs
from assistant.screen.conversation import Message, asks, clauses, read_message, read_text, says_over, sentences
from assistant.screen.examples import Label
from assistant.screen.language import LATIN, meaningless
from assistant.screen.normalise import normalise
from assistant.screen.rules import Rule, RuleSet
from assistant.types import LONGEST_QUESTION, Decision, Question, Screen, Verdict

DANGERS = (Decision.SELF_HARM, Decision.EMERGENCY, Decision.URGENT_CLINICIAN)
UNANSWERED = (*DANGERS, Decision.DOSING, Decision.DIAGNOSIS, Decision.INJECTION)
OUTSIDE = (Decision.OUT_OF_SCOPE, Decision.CHITCHAT, Decision.UNSUPPORTED_LANGUAGE, Decision.GIBBERISH)
ORDER = (*DANGERS, Decision.DOSING, Decision.DIAGNOSIS, Decision.INJECTION, *OUTSIDE)
"""The policy's order."""
SHARE = {
    Decision.SELF_HARM: 0.4,
    Decision.EMERGENCY: 0.5,
    Decision.URGENT_CLINICIAN: 0.5,
    **dict.fromkeys((Decision.DOSING, Decision.DIAGNOSIS), 0.7),
    **dict.fromkeys((Decision.INJECTION, *OUTSIDE), 1.0),
}
"""How likely a decision has to be beside the likeliest one to come before it: when in doubt, the higher category counts."""
NEXT_BEST = 3
"""How many decisions a verdict names with how likely they are."""
EARLIER = 12
"""Earlier messages that the classifier reads; rules read all of them."""
BARE = 6
"""Words of the longest message that says next to nothing by itself, so that a rule knows it better than the classifier."""
REMEMBERED = 512
"""Sentences whose probabilities are kept, as every decision asks for them and so does the next message."""
MARKUP = re.compile(
    r"<[^<>\n]{0,300}>|\{%[^%\n]{0,200}%\}"
    r"|!?\[[^\[\]\n]{0,100}\]\([^()\n]{0,200}(?:\([^()\n]{0,100}\))?\)?|^\W*[\"'`]>|[<>{}`]|\$(?=\{)"
)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How likely a decision has to be; chosen on the part of the examples that trained nothing."""

    self_harm: float = 0.10
    emergency: float = 0.08
    urgent_clinician: float = 0.10
    dosing: float = 0.15
    diagnosis: float = 0.15
    injection: float = 0.30
    out_of_scope: float = 0.20
    chitchat: float = 0.10
    gibberish: float = 0.03
    unsupported_language: float = 0.10
    field: float = 0.50
    """How likely a message that names the field has to be outside of it, small talk or without meaning."""
    sure: float = 0.60
    """How likely a red flag has to be when the message says that it is over, or is not English and no rule knows it; and dosing,
    when it was the message before that asked for it."""
    excused: float = 0.50
    """How likely a red flag or dosing has to be when a rule knows the question as harmless."""
    standing: float = 0.40
    """How likely a red flag has to be in an earlier message."""
    native: float = 0.05
    """Below this, a message whose words seem foreign is English."""
    harmless: float = 0.15
    """How likely dosing may be at most in a sentence that is answered beside a refusal."""

    def of(self, decision: Decision) -> float:
        """The threshold of a decision."""
        return float(getattr(self, decision.value))


@dataclass(frozen=True, slots=True)
class Judge:
    """The parts that a verdict is made with."""

    rules: RuleSet
    predict: Predict
    signs: Signs
    """How much a rule and a single sentence count beside what the models say of the message."""
    familiar: Callable[[str], bool]
    thresholds: Thresholds

    def screen(self, question: Question) -> Verdict:
        """The verdict on a question, read with the messages before it."""
        earlier = tuple(text[:LONGEST_QUESTION] for text in question.earlier)
        head = replace(question, text=question.text[:LONGEST_QUESTION], earlier=earlier)
        return self.danger_anywhere(question.text) or self.judge(head)

    def danger_anywhere(self, text: str) -> Verdict | None:
        """A red flag beyond what is read of an overlong message, so that a long cry for help is heard."""
        starts = range(0, len(text), LONGEST_QUESTION // 2) if len(text) > LONGEST_QUESTION else ()
        pieces = dict.fromkeys(normalise(text[start : start + LONGEST_QUESTION]) for start in starts)
        fired = [rule for piece in pieces if (rule := self.rules.fire(piece, (), DANGERS))]
        if not fired:
            return None
        worst = min(fired, key=lambda rule: DANGERS.index(rule.decision))
        return Verdict(worst.decision, f"rule: {worst.name}")

    def judge(self, question: Question) -> Verdict:
        """The verdict on a question of ordinary length."""
        message = self.in_its_language(read_message(question.text, question.earlier))
        if says_over(message.whole.text):  # what stood before must not be read into it
            message = replace(message, joined=message.whole)
        first = verdict = self.decide(message)
        if verdict.decision not in DANGERS:
            verdict = self.standing_danger(message, question.earlier) or self.settle(question, message, verdict)
        return replace(verdict, language=message.language, text=message.whole.text, likely=first.likely)

    def in_its_language(self, message: Message) -> Message:
        """The message, taken for English if its function words seem foreign in our letters but the model sees none of it."""
        if message.language in LATIN and self.likelihood(Decision.UNSUPPORTED_LANGUAGE, message) < self.thresholds.native:
            return replace(message, language="en")
        return message

    def decide(self, message: Message, least: float = 0.0) -> Verdict:
        """What a message is: of all that is likely enough, the first by the policy that is not much less likely than another.

        A red flag has to be at least as likely as `least`, if that is above its threshold.
        """
        found = {decision: self.likelihood(decision, message) for decision in ORDER}
        likely = {decision: value for decision, value in found.items() if value >= self.needed(decision, message, least)}
        top = max(likely.values(), default=0.0)
        best = sorted(found.items(), key=lambda pair: -pair[1])[:NEXT_BEST]
        seen = tuple((decision, round(value, 4)) for decision, value in best)
        for decision, value in likely.items():
            rule = self.rule(decision, message)
            if value >= self.share(decision, message, rule) * top:
                return Verdict(decision, because(decision, rule, value), rule.support if rule else "", likely=seen)
        rule = self.rule(Decision.ANSWER, message)
        return Verdict(Decision.ANSWER, f"rule: {rule.name}" if rule else "nothing fired", likely=seen)

    def share(self, decision: Decision, message: Message, rule: Rule | None) -> float:
        """How likely a decision has to be beside the likeliest; in another language, dosing that no rule finds has to be it."""
        foreign = decision is Decision.DOSING and message.language != "en" and not rule
        return 1.0 if foreign else SHARE[decision]

    def needed(self, decision: Decision, message: Message, least: float) -> float:
        """How likely a decision has to be in a message."""
        needed = self.thresholds.of(decision)
        if decision in DANGERS:
            needed = max(needed, least)
            if says_over(message.whole.text) or (message.language != "en" and not self.rule(decision, message)):
                needed = max(needed, self.thresholds.sure)
            if self.excused(decision, message) and not self.rule(decision, message):
                needed = max(needed, self.thresholds.excused)
        elif decision is Decision.DOSING:
            if self.excused(decision, message):
                needed = max(needed, self.thresholds.excused)
            leans = message.joined is not message.whole and not self.rule(decision, message)
            if leans and self.rules.fire(message.earlier[-1], (), (Decision.DOSING,)):
                needed = max(needed, self.thresholds.sure)
        elif decision in OUTSIDE and self.rules.domain.search(message.joined.text):
            # A medicine's name is the same in every language.
            foreign = decision is Decision.UNSUPPORTED_LANGUAGE and message.language != "en"
            needed = needed if foreign else max(needed, self.thresholds.field)
        return needed

    def standing_danger(self, message: Message, earlier: tuple[str, ...]) -> Verdict | None:
        """A red flag in an earlier message that nobody has said is over."""
        standing: list[Verdict] = []
        for index, text in enumerate(earlier):
            before = read_message(text, earlier[:index])
            recent = index >= len(earlier) - EARLIER
            found = self.decide(before, self.thresholds.standing) if recent else self.danger_by_rule(before)
            if found and found.decision in DANGERS:
                standing.append(replace(found, reason=f"earlier message: {found.reason}"))
            elif says_over(before.whole.text):
                standing.clear()
        if not standing or says_over(message.whole.text):
            return None
        return min(standing, key=lambda verdict: DANGERS.index(verdict.decision))

    def danger_by_rule(self, message: Message) -> Verdict | None:
        """A red flag that a rule finds."""
        rule = self.rules.fire(message.whole.text, message.earlier, DANGERS)
        return Verdict(rule.decision, f"rule: {rule.name}") if rule else None

    def settle(self, question: Question, message: Message, verdict: Verdict) -> Verdict:
        """The verdict on a message without a red flag: injected instructions are taken out first, never followed."""
        if meaningless(message.whole.text) and not self.rule(Decision.DOSING, message):
            return Verdict(Decision.GIBBERISH, "no words")
        found, left = self.take_out(question.text, message, verdict)
        if not found:
            return self.route(message, verdict)
        if not left:
            rule = self.rule(Decision.DOSING, message)
            return self.dosing(message, f"rule: {rule.name}", rule.support) if rule else Verdict(Decision.INJECTION, found)
        rest = read_message(left, question.earlier)
        verdict = self.route(rest, self.decide(rest))
        return replace(verdict, reason=f"{verdict.reason}; left after {found}", remainder=verdict.remainder or left)

    def take_out(self, text: str, message: Message, verdict: Verdict) -> tuple[str, str]:
        """Why a message holds an injection, and what it asks besides."""
        found, kept = "", []
        for sentence in sentences(text):
            plain = " ".join(MARKUP.sub(" ", sentence).split())
            if rule := self.rules.fire(read_text(plain).text, (), (Decision.INJECTION,)):
                found = found or f"rule: {rule.name}"
                continue
            if rule := self.rules.fire(read_text(sentence).text, (), (Decision.INJECTION,)):
                found = found or f"rule: {rule.name}"
            kept.append(plain if found else sentence)
        if not found and (rule := self.rules.fire(message.whole.text, (), (Decision.INJECTION,))):
            found, kept = f"rule: {rule.name}", []
        if not found and verdict.decision is Decision.INJECTION:
            found = verdict.reason
            doubtful = {part.verbatim: self.predict(part)["injection"] for part in message.parts}
            kept = [sentence for sentence, likely in doubtful.items() if likely < self.thresholds.injection]
        return found, " ".join(kept) if any(map(self.is_request, kept)) else ""

    def is_request(self, sentence: str) -> bool:
        """Whether a sentence asks for something that may be answered or refused by itself."""
        text = read_text(sentence).text
        return any(map(str.isalpha, text)) and (asks(sentence) or self.rules.domain.search(text) is not None)

    def route(self, message: Message, verdict: Verdict) -> Verdict:
        """The verdict on a message without red flags and injections, where more is known than likelihoods say."""
        rule = self.rule(Decision.DOSING, message)
        bare = rule is not None and rule.after is not None and len(message.whole.text.split()) <= BARE
        if rule and (bare or message.language != "en"):
            return self.dosing(message, f"rule: {rule.name}", rule.support)
        if verdict.decision is Decision.DOSING:
            return self.dosing(message, verdict.reason, verdict.support)
        if verdict.decision is Decision.DIAGNOSIS or message.language == "en":
            return self.strange(message) or self.elsewhere(message, verdict) or verdict
        return Verdict(Decision.UNSUPPORTED_LANGUAGE, f"language: {message.language}")

    def strange(self, message: Message) -> Verdict | None:
        """No meaning, if no word of a message has been seen before."""
        words = re.findall(r"[a-z]{4,}", message.joined.text)
        if len(words) > 1 and not self.rules.domain.search(message.joined.text) and not any(map(self.familiar, words)):
            return Verdict(Decision.GIBBERISH, "no known words")
        return None

    def elsewhere(self, message: Message, verdict: Verdict) -> Verdict | None:
        """Out of scope, if a rule says so of a message that would be answered and names nothing of the field."""
        answered = verdict.decision is Decision.ANSWER and not self.rules.domain.search(message.joined.text)
        rule = self.rule(Decision.OUT_OF_SCOPE, message) if answered else None
        return Verdict(Decision.OUT_OF_SCOPE, f"rule: {rule.name}") if rule else None

    def dosing(self, message: Message, reason: str, support: str) -> Verdict:
        """A refusal of dosing advice, with what may be said besides."""
        topic = support or self.rules.topic(message.joined.text)
        return Verdict(Decision.DOSING, reason, topic, " ".join(self.harmless(message)))

    def harmless(self, message: Message) -> Iterator[str]:
        """The questions of a mixed message that may be answered, if it is clear which of them asks for dosing."""
        pieces = [read_message(clause) for part in message.parts or (message.whole,) for clause in clauses(part.verbatim)]
        if len(pieces) < 2 or not any(self.asks_dosing(piece) for piece in pieces):
            return
        for piece in pieces:
            if asks(piece.whole.verbatim) and self.is_harmless(piece):
                yield piece.whole.verbatim

    def asks_dosing(self, piece: Message) -> bool:
        """Whether a single sentence asks for dosing advice."""
        return self.likelihood(Decision.DOSING, piece) >= self.thresholds.dosing

    def is_harmless(self, piece: Message) -> bool:
        """Whether a single sentence may be answered by itself."""
        text = piece.whole.text
        if self.rules.fire(text, (), UNANSWERED) or not self.rules.domain.search(text):
            return False
        if self.likelihood(Decision.DOSING, piece) > self.thresholds.harmless:
            return False
        return self.decide(piece).decision is Decision.ANSWER

    def rule(self, decision: Decision, message: Message) -> Rule | None:
        """The rule that speaks for a decision."""
        return self.rules.fire(message.whole.text, message.earlier, (decision,))

    def excused(self, decision: Decision, message: Message) -> bool:
        """Whether a rule knows a message of one sentence as harmless, though the models take it for something else."""
        return not message.parts and self.rules.excuses(message.whole.text, decision)

    def likelihood(self, decision: Decision, message: Message) -> float:
        """How likely a decision is: by what the models say of the message, of its likeliest sentence, and by a rule."""
        label: Label = decision.value  # type: ignore[assignment]
        likely = self.predict(message.joined)[label]
        alone = max((self.predict(part)[label] for part in message.parts), default=likely)
        return self.signs.weigh(label, likely, alone, self.rule(decision, message) is not None)


def because(decision: Decision, rule: Rule | None, likely: float) -> str:
    """The reason for a decision, for staff and evaluators."""
    return f"rule: {rule.name} (p={likely:.2f})" if rule else f"classifier: {decision} p={likely:.2f}"


def build_screen(
    rules: RuleSet, predict: Predict, signs: Signs, familiar: Callable[[str], bool], thresholds: Thresholds | None = None
) -> Screen:
    """The screen, from its parts."""
    remembered = lru_cache(maxsize=REMEMBERED)(predict)
    return Judge(rules, remembered, signs, familiar, thresholds or Thresholds()).screen
