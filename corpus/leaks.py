"""Finds dosing advice in text: what Citewell may never show, whoever wrote it.

The rules follow the project's definition of a leak: an amount, a frequency, a length of treatment given as advice, an
instruction or permission to change a treatment, amounts said to be equal, a judgement on somebody's amount, or what patients
"usually" take. They run over the curated content, over the fixed notices and over every composed answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# Every repetition below is bounded, so that time grows in proportion to the text.
DIGITS = r"\d[\d.,]{0,11}(?:/\d{1,2})?"
NUMBER = (
    rf"(?:{DIGITS}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|"
    r"seventy|eighty|ninety|(?:a |one )?hundred|(?:a |one )?thousand|a couple of|a dozen|half|quarter|third|double|single)"
)
RANGE = rf"{NUMBER}(?: ?(?:-|–|to|or|and) ?(?:a )?{NUMBER})?"
SOLID = r"(?:tablets?|tabs?|pills?|capsules?|caps|softgels?|gummies|patch(?:es)?|doses?|injections?|shots?|implants?)"
# `g` and `cc` keep their case: G and CC are letters of a genotype.
UNIT = (
    rf"(?:mg|mcg|[µμ]g|ug|ng|milligrams?|micrograms?|grams?|(?-i:g)|i\.?u\.?|international units?|units?|ml|(?-i:cc)|"
    rf"millilit(?:er|re)s?|scoops?|(?:table|tea)spoons?(?:fuls?)?|tsp|tbsp|sachets?|vials?|ampoules?|puffs?|pumps?|sprays?|"
    rf"{SOLID})"
)
DRUG = (
    r"(?:anastrozole|letrozole|exemestane|arimidex|femara|aromasin|tamoxifen|venlafaxine|gabapentin|duloxetine|oxybutynin|"
    r"denosumab|alendronate|zoledronic acid|bisphosphonates?|ibuprofen|naproxen|acetaminophen|paracetamol|vitamins?(?: "
    r"[a-z]\d*\b)?|calcium|magnesium|omega-3|fish oil|curcumin|turmeric|glucosamine|chondroitin|collagen|melatonin|bpc-157|"
    r"tb-500|ipamorelin|cjc-1295|peptides?)"
)
THERAPY = rf"(?:doses?|dosage|medicines?|medications?|drugs?|tablets?|pills?|capsules?|inhibitor|treatment|supplements?|{DRUG})"
USE = (
    rf"(?:tak(?:e|es|ing|en)|took|us(?:e|es|ing|ed)|swallow\w*|inject\w*|infus\w*|apply|applies|applied|prescri\w+|dose[sd]?|"
    rf"dosing|dosage|vaginal estrogen|supplement\w*|tablets?|pills?|capsules?|medicines?|medications?|{DRUG})"
)
PERIOD = r"(?:days?|nights?|weeks?|months?|years?|hours?|mornings?|evenings?|bedtime|meals?)"
OFTEN = (
    rf"(?:(?:once|twice|thrice|{NUMBER} times)[ -](?:(?:a|per|every|each)[ -])?(?:{PERIOD}|daily|weekly|monthly|yearly)|"
    rf"every (?:(?:other|second|third|single|few|{RANGE}) )?{PERIOD}|each (?:day|night|morning|evening|week|month)|"
    rf"alternate (?:days|nights)|(?:{NUMBER}|{UNIT}) (?:a|per|each) (?:day|night|week)|nightly|fortnightly|bi-?weekly|weekly|"
    r"monthly|daily(?! (?:life|lives|living|practice|habits?|activit|routine|task|use\b|walk|movement|steps)))"
)
LENGTH = rf"(?:(?:{RANGE}|a|another|a few|several)[ -](?:more )?(?:days?|weeks?|months?|years?)|life|ever|the rest of)\b"
CHANGE = (
    r"(?:start|stop|skip|hold|pause|double|split|halve|cut|crush|taper|space|restart|share|switch(?: to)?|increase|decrease|"
    r"lower|raise|reduce|quit|begin|start with|begin with|change|adjust|discontinue|take(?! part\b)|use|try|(?:come|go|wean|"
    r"stay) off|go back on|take a break from)"
)
STOP = r"(?:start|stop|skip|take|hold|quit|restart|pause|double|begin|taper|halve|split|discontinue|switch to|(?:come|go) off)"
AT_ONCE = (
    rf"(?:stop|skip|quit|restart|pause|double|discontinue)(?=$|[.;!?]| (?:tonight|today|tomorrow|now|early|whenever|"
    rf"altogether|up\b|(?:for|in|after) {LENGTH}))"
)
CHANGING = (
    r"(?:starting|stopping|skipping|pausing|doubling|splitting|halving|cutting|restarting|switching|quitting|taking|tapering|"
    r"discontinuing)"
)
# What may follow the name of a treatment and make the sentence harmless.
HARMLESS_END = (
    r"(?! (?:exactly |only |just )?as (?:prescribed|directed|agreed|advised)| (?:lists?|plans?|summary|diary|records?|labels?|"
    r"leaflets?|names?|goals?|decisions?|bottles?|team|easy|along|with you)\b| to (?:your|the|a|each|every) (?:visit|appointment|"
    r"doctor|nurse|clinic|pharmac|care))"
)
ADVERBS = r"(?:now |also |then |safely |simply |just |probably |instead |please |first |so )"
AMOUNT = r"(?:dose|amount|dosage|plan|schedule)"
ABOUT = r"(?:about |around |up to |only |roughly |at least |between |from )"


@dataclass(frozen=True, slots=True)
class LeakRule:
    """A pattern that no sentence shown to a patient may match."""

    name: str
    pattern: re.Pattern[str]


def compiled(*patterns: str) -> re.Pattern[str]:
    """A pattern that ignores case and matches any of some texts."""
    return re.compile("|".join(patterns), re.IGNORECASE)


def rule(name: str, *patterns: str) -> LeakRule:
    """A rule that ignores case."""
    return LeakRule(name, compiled(*patterns))


EVENT = (
    r"(?:exercis\w*|walk\w*|train(?:ing|ed|s)?|yoga|tai chi|swim\w*|swam|stretch\w*|danc\w*|cycling|workouts?|lifting|"
    r"acupuncture|hot flash\w*|night sweats|creak\w*|scan(?:s|ned)?|check-?ups?|measured|followed|visits?|appointments?|"
    r"mammograms?|surveys?)"
)
HARMLESS = compiled(
    # A laboratory value: milligrams per deciliter and the like, never per milliliter, which is a strength on a box.
    rf"(?<![-\w.]){DIGITS} ?(?:m|µ|μ)?(?:mg|mcg|µg|μg|ng|pg|g|iu|u|units|milligrams|grams|nanograms|micrograms) ?(?:/|per) ?"
    r"(?:dl|deciliters?|l|liters?|cm2|cm²)\b",
    rf"(?<![-\w.]){DIGITS} ?(?:ng|pg|m?iu|nanograms|picograms) ?(?:/|per) ?(?:ml|milliliters?)\b",
    rf"\b{NUMBER}[ -]units? (?:increase|decrease|rise|fall|drop|change|lower|higher)\b",
    # How often somebody exercised or was examined; a treatment between the two words keeps the sentence suspect.
    rf"(?<!before )(?<!after )(?<!for )(?<!with )(?<!during )\b{EVENT}\b(?:(?!\b{USE}\b)[^.?!]){{0,60}}?\b{OFTEN}\b",
    rf"\b(?:recommended|usual|typical|average|maximum|minimum) amount of {EVENT}",
)

RULES = (
    rule(
        "amount with a unit",
        rf"(?<![-\w.,]){RANGE} ?-? ?(?:(?:(?!of\b|kinds?\b|types?\b|forms?\b|other\b|different\b|common\b|"
        rf"such\b)[a-z-]{{1,20}} )?|(?:small|large|more|extra|whole|white|fish|vitamin) [a-z]{{1,12}} ){UNIT}\b(?!-)",
        rf"(?<![-\w.,]){RANGE} ?-? ?drops?\b",
        r"\ban? (?:scoop|teaspoon(?:ful)?|tablespoon(?:ful)?|spoonful|sachet|puff|pinch|milligram|microgram|gram)\b",
        rf"\ba (?:handful of|few|pea-sized) (?:{SOLID}|drops|amount)\b",
        rf"\b{DRUG} (?:\d{{3,5}}|\d{{1,2}}[.,]\d{{1,3}}) (?:at|before|with|in the|or)\b",
        rf"\bdos(?:es?|age) ?(?:was|were|is|of|:|=) ?{ABOUT}?\d",
    ),
    rule("unit of a medicine", r"\b(?:mg|mcg|[µμ]g|milligrams?|micrograms?|i\.u\.)(?!\w)|\bIU\b"),
    rule(
        "number to take",
        rf"\btake {RANGE}(?=$|[.,;!?]| \(| (?:a (?!time)|per|at (?!a time)|in the|with|instead|tonight|tomorrow|more|extra|"
        rf"before|after)| of (?:your|them))",
    ),
    rule(
        "half of something to swallow",
        rf"\b(?:half|quarter|third) (?:of )?(?:a |an |the |your |my |that |this )?(?:{SOLID}|medicine|medication|{DRUG})\b",
    ),
    rule("frequency code", r"\b(?:eod|q\.?d|q\.?i\.?d|(?<!a )b\.?i\.?d|t\.?i\.?d|prn|qhs|qam|q\d{1,2}h|\d{1,2}[ -]hourly)\b"),
    rule(
        "frequency",
        rf"\b{USE}\b(?:[^.?!]|\.(?=\d)){{0,160}}?\b{OFTEN}\b",
        rf"\b(?:once|twice|thrice|{NUMBER} times|every other|every second)[ -](?:(?:a|per|each) )?(?:day|night|week|daily|"
        rf"weekly)\b[^.?!]{{0,80}}\b{USE}\b",
        rf"(?<![-\w.,]){RANGE} (?:times )?(?:a|per|each) day\b|\b{SOLID} (?:a|per|each) (?:day|night|week)\b",
        r"\b(?:once|twice|thrice)[ -](?:daily|nightly)\b",
        rf"\b(?:daily|nightly|weekly|monthly|yearly) (?:\w+ )?(?:infusions?|dosing|{SOLID})\b",
        rf"\b(?:(?:go|cut|drop) (?:back|down)|cut|drop|move|switch) to (?:half|{OFTEN})\b",
    ),
    rule(
        "length of treatment",
        rf"\b(?:takes?|(?:stay|continue|remain|keep|go)(?:ing)? (?:on|taking|using|it|your|the|treatment|{DRUG})|"
        rf"use (?:it|them|your|the|this|{THERAPY})) (?:\w+ ){{0,4}}for {ABOUT}?{LENGTH}",
        rf"\b(?:take|use|continue) (?:it|them|your|the|this|{THERAPY}) (?:\w+ ){{0,3}}up to {LENGTH}",
        rf"\b(?:is|are|be) (?:\w+ ){{0,2}}(?:recommended|prescribed|advised|meant|given|taken|used) (?:\w+ )?for "
        rf"{ABOUT}?{LENGTH}",
        rf"\b(?:therapy|course|{THERAPY}) (?:usually |often |should |must |normally )?(?:lasts?|runs?|goes on|continues?) "
        rf"(?:for )?{ABOUT}?{LENGTH}",
        rf"\b{LENGTH} of (?:\w+ ){{0,3}}(?:therapy|{THERAPY}) (?:is|are) (?:\w+ )?(?:usual|standard|recommended|typical|"
        rf"enough|needed|best)",
        rf"\b{LENGTH} (?:break|pause|holiday) (?:from|off)\b|(?<!not )(?<!to )\bwait (?:at least )?{LENGTH}",
    ),
    rule(
        "permission to change a treatment",
        rf"(?<!whether )(?<!if )(?<!when )\b(?:you (?:can|may|should|could|must|need to|might|ought to|have to|do not (?:need|"
        rf"have) to|don't (?:need|have) to|are (?:free|allowed) to)|(?:it(?: is|'s)|you(?:'d| would) be) (?:fine|ok|okay|safe|"
        rf"all right|harmless) (?:for you )?to|feel free to|go ahead and|there is no need to) {ADVERBS}{{0,3}}"
        rf"(?:{CHANGE} (?:\w+ ){{0,3}}(?:therapy|{THERAPY})|{STOP} (?:taking |using )?(?:it|them)|{AT_ONCE})(?!\w){HARMLESS_END}",
        rf"\b{CHANGING} (?:\w+ ){{0,3}}(?:it|them|{THERAPY}) (?:is|would be|should be) (?:\w+ly )?(?:fine|ok|okay|safe|"
        rf"harmless|all right)\b",
        rf"\b(?:no harm in|(?:I|we) (?:would )?(?:recommend|suggest|advise)) {CHANGING}\b",
    ),
    rule(
        "instruction to change a treatment",
        rf"(?:^|[.?!:;] |\b(?:if|when)\b[^.?!,]{{1,80}}, ){ADVERBS}{{0,2}}(?:"
        rf"{CHANGE} (?:taking |using )?(?:your|the|this|that|an?|any|all|every|another) (?:\w+ )?(?:therapy|{THERAPY})|"
        rf"{STOP} (?:taking |using )?(?:it|them|{THERAPY})|(?:try|consider) {CHANGING} (?:\w+ ){{0,2}}(?:it|them|{THERAPY})|"
        rf"{AT_ONCE})(?!\w){HARMLESS_END}",
    ),
    rule(
        "equal amounts",
        rf"\b{NUMBER}\b[^.?!]{{0,30}}?\b(?:equals|(?:is|are) (?:about )?(?:equal to|equivalent to|the same as|as strong as)) "
        rf"{NUMBER}\b",
    ),
    rule(
        "judgement on an amount",
        # Alone, `that` has to begin a clause: bone density that is lower than normal is no judgement.
        rf"(?:(?:^|[.?!,;:\"“(] ?|\b(?:yes|no|so|and|but|think|say|says) )(?:that|this)|\b(?:that|this|your) {AMOUNT})"
        r"(?:'s| (?:sounds|looks|seems|is)) (?:about |quite |perfectly )?(?:right|fine|ok|okay|correct|normal|"
        r"too (?:much|little|high|low)|(?:more|less|higher|lower) than (?:usual|normal|average))\b",
        r"\b(?:that|this|it|yours)(?:'s| is) an? (?:very )?(?:normal|usual|typical|safe|high|low|good|common|standard|large|"
        r"small|big) (?:dose|amount|dosage)\b",
        rf"\byour {AMOUNT} (?:\w+ ){{1,3}}?(?:sounds|looks|seems|is) (?:\w+ly )?(?:reasonable|good|safe|"
        r"sensible|fine|right|okay)\b",
        rf"\byou(?:'re| are) (?:taking|using|on) (?:too (?:much|little)|more than|less than|the (?:right|wrong) (?:{THERAPY}|"
        rf"amount))\b",
        rf"(?<![-\w.,]){DIGITS} (?:a day )?(?:is|sounds|seems) (?:fine|ok|okay|safe|enough|a lot|too (?:much|little|high|low))\b",
    ),
    rule(
        "what people usually take",
        r"\b(?:usual|typical|standard|normal|average|recommended|maximum|minimum|starting) (?:daily )?(?:dose|dosage|amount) "
        r"(?:is|was|of|for|in|ranges)\b",
        rf"\b(?:patients|people|women|men|doctors) (?:usually|typically|normally) (?:take|took|prescribe|use) "
        rf"{ABOUT}?(?:{NUMBER}|it|them)\b",
        rf"\b(?:participants|volunteers|patients|people|women|men) (?:took|received|were given) {ABOUT}?{DIGITS} (?:of {DRUG}|"
        rf"a day)\b",
    ),
    rule(
        "amount or frequency in another language",
        r"\b(?:\d{1,5}|un[ao]?|une|dos|tres|deux|trois|eine?|zwei|drei|due|tre|medi[ao]|demi|halbe|mezz[ao]|duas|meio) "
        r"(?:comprimid[oa]s?|comprimés?|píldoras?|pastillas?|tabletas?|tabletten?|kapseln?|cápsulas?|gélules?|compress[ae]|"
        r"gotas?|gouttes?|tropfen)\b",
        r"\b(?:una vez|(?:dos|tres) veces) (?:al|por) día\b|\b(?:une|deux|trois) fois par jour\b|\b(?:una volta|due volte) al "
        r"giorno\b|\b(?:ein|zwei|drei)mal (?:täglich|am tag|pro tag)\b|\bcada \d{1,2} horas\b",
    ),
)


@dataclass(frozen=True, slots=True)
class Leak:
    """Where a rule matched."""

    rule: str
    excerpt: str


def suspect(text: str) -> str:
    """A text without what only looks like dosing advice, in plain characters and with single spaces."""
    shown = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    # NFKC turns one half into `1⁄2`, with a slash of its own.
    return HARMLESS.sub("…", " ".join(shown.replace("⁄", "/").replace("’", "'").split()))


def find_leaks(text: str) -> Iterator[Leak]:
    """Every leak in a text, in the order of the rules."""
    searched = suspect(text)
    for each in RULES:
        for match in each.pattern.finditer(searched):
            yield Leak(each.name, match.group(0).strip())


def leaks(text: str) -> bool:
    """Whether a text holds dosing advice."""
    return any(find_leaks(text))
