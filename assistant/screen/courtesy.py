"""Takes greetings, apologies and thanks from around a message, so that a polite question is read like a blunt one."""

from __future__ import annotations

import re

YOU = r"(?:you|someone|anyone|somebody|anybody)"
FINE = r"(?:ok|okay|all right|alright)"
HELP = r"(?:this|the|your|any) (?:page|site|help|time|service)"
THANKS = rf"(?:many )?thank(?:s| you)(?: (?:so|very) much| a lot)?(?: in advance)?(?: for {HELP})?(?! for\b)"
BEFORE = (
    r"(?:hi|hiya|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings)"
    r"(?: (?:there|all|everyone|team|folks|citewell|doctor|nurse|sir|madam|sir or madam|again))?",
    r"(?:i(?:'m| am) )?(?:so |very |really )?sorry "
    r"(?:to (?:bother|trouble|disturb) you|for (?:the )?(?:bother|trouble))(?: again)?",
    rf"(?:i )?(?:do )?hope (?:you(?:'re| are) (?:all )?(?:well|{FINE})|this finds you well|it(?:'s| is) {FINE} to ask"
    r"|(?:you|nobody|no one) (?:don't|won't|doesn't|do not|will not) mind(?: (?:me|my) asking)?)",
    rf"excuse me|pardon me|if (?:i may|you don't mind|that(?:'s| is) {FINE})",
    r"(?:just )?(?:a |one )?(?:quick|small|little|simple|silly|stupid|daft) (?:question|query|one)(?: for you)?",
    r"my question (?:is|would be)(?: this)?|here(?:'s| is) my question|question",
    r"(?:i(?:'m| am| was) )?(?:just )?wondering(?=,|:| how| what| why| which| when| whether)",
    r"i (?:just )?wanted to ask|(?:may|can|could) i (?:just )?ask",
    rf"(?:please )?(?:can|could|would) {YOU} (?:please |kindly |possibly )?(?:tell|explain to|advise) me(?: please)?",
    THANKS,
)
AFTER = (THANKS, r"cheers|ta|bless you|(?:kind |best |warm )?regards|please")
LEADING = re.compile(rf"\s*(?:(?:{'|'.join(BEFORE)})\b\s*(?:[,.;:!…–-]+\s*|(?=\w))(?:(?:but|and|so) )?)+", re.IGNORECASE)
TRAILING = re.compile(rf"(?:[\s,.!]{{1,4}}(?:{'|'.join(AFTER)})\b){{1,3}}[\s.!]{{0,4}}$", re.IGNORECASE)
FAR = 120
"""Letters of the end, and twice as many of the beginning, that are looked at."""
LEAST = 2
"""Words that have to be left; a message of courtesy alone stays as it is."""


def without_courtesy(text: str) -> str:
    """A message without the courtesy around it."""
    found = LEADING.match(text[: 2 * FAR])
    left = text[found.end() :] if found else text
    ended = left[:-FAR] + TRAILING.sub("", left[-FAR:])
    for kept in (ended, left):
        if len(kept.split()) >= LEAST:
            return kept
    return text
