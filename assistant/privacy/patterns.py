"""Personal data with a form of their own: e-mail, phone, dates, record and insurance numbers, addresses, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import phonenumbers


class Span(NamedTuple):
    """A personal part of a text."""

    start: int
    end: int
    kind: str


MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
DAY = r"(?:0?[1-9]|[12]\d|3[01])"
YEAR = r"(?:(?:19|20)\d\d|['’]?\d\d)"
STREET = (
    r"(?:street|road|rd|avenue|ave|lane|boulevard|blvd|crescent|cres|terrace|tce|gardens|gdns|mews|"
    r"highway|hwy|parkway|pkwy|quay|stra(?:ß|ss)e)"
)
SOMETIMES = (
    r"(?:st|dr|drive|court|ct|close|way|place|pl|square|sq|grove|hill|park|row|circle|cir|trail|walk|"
    r"green|view|rise|heights|estate|ln)"
)
"""What ends an address, but stands in other sentences too."""
HOUSE = r"(?:(?:flat|apt|apartment|unit|suite)\s*#?\s*\w{1,5}(?:,?\s+|/))?\d{1,5}[a-z]?,?\s+"
NAMED = (
    r"(?:(?!(?:of|the|in|my|a|and|to|at|on|for|with|is|it|i|so|mg|ml|mcg|years?|times|hours?|minutes?|"
    r"days?|weeks?|months?)\b)[\w'’-]+\.?\s+){1,3}"
)
BEHIND = (
    r"(?:,?\s*(?:flat|apt|apartment|unit|suite|#)\s*#?\s*\w{1,5}\b)?(?:,\s*[A-Za-z][\w' -]{2,25}){0,3}"
    r"(?:,?\s+[A-Z]{2,3}\s+\d{4,5}(?:-\d{4})?\b|,?\s+[A-Z]{1,2}\d[A-Z\d]?\s*\d[ABD-HJLNP-UW-Z]{2}\b|,?\s+\d{4,6}\b)?"
)
NUMBERED = (
    r"\b(?:['’]s)?\s*(?:(?:card|plan|policy|member|group|patient|record|file|insurance)\s*)?(?:number|num|"
    r"no|nr|id|code|ref|reference|#|:|=)"
)
SAYS = r"(?:\s*(?:number|num|no|nr|id|is|was|#|:|=|\.|-))*\s*"
CODE = r"(?!(?:19|20)\d\d\b|rs\d)(?=\S*\d)(?=(?:\D{0,4}\d){3})[A-Z0-9][A-Z0-9/.-]{1,24}(?:[ ][A-Z]{0,3}\d[A-Z0-9]{0,5}){0,4}"
LONG_CODE = r"(?!rs\d)(?=(?:[^\d\s]{0,4}\d){5})[A-Z0-9][A-Z0-9/.-]{4,24}"
INSURERS = (
    r"(?:insurance|insurer|policy|member(?:ship)?|subscriber|medicare|medicaid|social security|ssn|national insurance|"
    r"health ?card|pps|ppsn|claim|group|bupa|aetna|cigna|blue cross|humana|vhi|laya|axa|kaiser|nin?)"
)
KEEPERS = (
    r"(?:mrn|medical records?|records?|chart|hospital|patient|nhs|chi|case|file|account|acct|reference|ref|unit|urn?|hosp|clinic|"
    r"registration|reg|appointment|booking|ticket|h&c|ihi|nhi|id)"
)
RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("link", r"\b(?:https?://|www\.)\S+"),
        ("e-mail", r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+"),
        (
            "e-mail",
            r"\b[\w.+-]+(?:\s+(?:dot|underscore|dash|hyphen)\s+[\w-]+){0,4}\s*(?:\(at\)|\[at\]|\s+at\s+|@)\s*"
            r"[\w-]+(?:\s*(?:\(dot\)|\[dot\]|\s+dot\s+|\.)\s*(?:com|org|net|edu|gov|co|uk|ie|ca|au|de|"
            r"fr|es|in|nz|info|me|us|ng|pl|tr|vn|kr)\b)+",
        ),
        ("insurance number", r"\b\d{3}[- ]\d{2}[- ]\d{4}\b"),
        ("insurance number", r"\b[A-Z]{2}\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D]\b"),
        (
            "insurance number",
            r"\b[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y]{2}\d\d\b",
        ),
        ("insurance number", rf"\b{INSURERS}{NUMBERED}{SAYS}{CODE}"),
        ("insurance number", rf"\b{INSURERS}\b{SAYS}{LONG_CODE}"),
        ("record number", rf"\b{KEEPERS}{NUMBERED}{SAYS}{CODE}"),
        ("record number", rf"\b(?:mrn|nhs|chi|nhi|ihi)\b{SAYS}{CODE}"),
        ("record number", rf"\b{KEEPERS}\b{SAYS}{LONG_CODE}"),
        ("record number", r"\b\d{3}[ -]\d{3}[ -]\d{4}(?=\D|$)(?<=\d)(?!\d)"),
        ("date", rf"\b{DAY}(?:st|nd|rd|th)?(?:\s+of)?[\s,.-]+{MONTH}(?:[\s,.-]+{YEAR}\b)?"),
        ("date", rf"\b{MONTH}[\s-]+(?:the\s+)?{DAY}(?:st|nd|rd|th)?\b(?!\s*%)(?:[\s,.-]+{YEAR}\b)?"),
        ("date", rf"\b(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.]{DAY}\b"),
        ("date", rf"\b(?:{DAY}[-/.](?:0?[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])[-/.]{DAY})[-/.]{YEAR}\b"),
        (
            "date",
            rf"\b(?:dob|d\.o\.b\.?|born|birth(?:day|date)?|date of birth)\b[\s:]*(?:is|was|"
            rf"on)?\s*(?:{DAY}[\s/.-]{{1,3}}(?:{MONTH}|\d\d?)[\s/.-]{{1,3}}{YEAR}|\d{{6,8}})\b",
        ),
        ("address", rf"\b{HOUSE}{NAMED}{STREET}\b\.?{BEHIND}"),
        ("address", rf"(?<=\bat ){HOUSE}{NAMED}{SOMETIMES}\b\.?{BEHIND}"),
        (
            "address",
            rf"(?:\baddress\b|\blives?\b|\bmoved to\b|\bhome\b)(?:\s+(?:is|at|on|"
            rf"now))*[\s:,]*{HOUSE}{NAMED}{SOMETIMES}\b\.?{BEHIND}",
        ),
        ("address", r"\bp\.?\s?o\.?\s?box\s+\d+\b"),
        (
            "address",
            r"\b(?:zip|zip ?code|post ?code|eircode|pin ?code)\b\s*(?:is|:|=)?\s*(?=\w{0,3}\d)[A-Z0-9]{2,4}[ -]?[A-Z0-9]{2,4}\b",
        ),
    )
)
# In capitals only: in small letters these are words.
CAPITAL = r"(?:[A-Z][\w'’-]+\.?\s+){1,3}"
CASED: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "address",
        re.compile(
            rf"\b(?:(?:Flat|Apt|Apartment|Unit|Suite)\s*#?\s*\w{{1,5}},?\s+)?\d{{1,5}}[a-zA-Z]?,?\s+{CAPITAL}"
            rf"(?:St|Dr|Drive|Court|Ct|Close|Way|Place|Pl|Square|Sq|Grove|Hill|Park|Row|Circle|Cir|"
            rf"Trail|Walk|Green|View|Rise|Heights|Estate|Ln)\b\.?{BEHIND}"
        ),
    ),
    ("address", re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s+\d[ABD-HJLNP-UW-Z]{2}\b")),
    ("address", re.compile(r"\b[A-Z][a-z]+(?: [A-Z][a-z]+)?,\s+(?:[A-Z]{2})\s+\d{5}(?:-\d{4})?\b")),
    ("address", re.compile(r"\b[ACDEFHKNPRTVWXY]\d[\dW]\s?[0-9ACDEFHKNPRTVWXY]{4}\b(?=.*\d)")),
    ("address", re.compile(r"\b[ABCEGHJ-NPRSTVXY]\d[A-Z]\s?\d[A-Z]\d\b")),
)
PHONE = re.compile(r"(?<![\w.])(?:\+|00)?\(?\d(?:[\d ().\-/]|\s){5,22}\d(?!\w)")
CALLED = re.compile(
    r"\b(?:phone|call|ring|tel|telephone|mobile|cell|text|number|fax|whatsapp|reach|contact|landline|voicemail|ext)\b",
    re.IGNORECASE,
)
CITED = re.compile(r"(?:pmid|doi|issn|isbn|nct|rs|pmc|id)\W*$", re.IGNORECASE)
REGIONS = ("US", "GB", "IE", "AU", "IN", "DE", "CA", "NZ")


def patterned(text: str) -> Iterator[Span]:
    """Everything with a form of its own; spans may overlap."""
    for kind, rule in (*RULES, *CASED):
        for match in rule.finditer(text):
            yield Span(match.start(), match.end(), kind)
    if sum(letter.isdigit() for letter in text) >= 7:
        yield from phones(text)


def phones(text: str) -> Iterator[Span]:
    """Numbers that can be called: by their form, by the words before them, or because a numbering plan knows them."""
    for match in PHONE.finditer(text):
        digits = [letter for letter in match[0] if letter.isdigit()]
        before = text[max(0, match.start() - 40) : match.start()]
        if not 7 <= len(digits) <= 15 or CITED.search(before):
            continue
        grouped = len(re.split(r"[ ().\-/]+", match[0].strip("+() "))) >= 3 and len(digits) >= 9
        if match[0].startswith(("+", "00")) or grouped or CALLED.search(before) or known_number(match[0], len(digits)):
            yield Span(match.start(), match.end(), "phone")


def known_number(text: str, digits: int) -> bool:
    """Whether a numbering plan of the countries where Citewell is read knows a number."""
    if digits < 9:
        return False
    for region in REGIONS:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(text, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False
