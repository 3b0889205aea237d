"""Undoes what hides words from the rules: look-alike letters, invisible marks, leet, letters set apart, stretched letters."""

from __future__ import annotations

import re
import unicodedata

WORD_LIST = """
a about after alternate am amount an anastrozole and any apart are arimidex aromasin at be bedtime before begin bill
bomb box bpc break calcium can capsule capsules chest confirm correct course cut daily day days dead death die disregard
do does dosage dose doses dosing double drop drops drug duloxetine each eat effexor emergency enough equal every exact
exemestane fatal feel femara find for forget forgot frequency from gabapentin get give half halve help hot how i
ibuprofen if ignore in inject injection instructions is it just kill killed killing least less lethal letrozole long low
lower magnesium many max maximum me medication medicine mg mgs microgram micrograms milligram milligrams minimum miss
missed month months more most much my myself need needed next night no normal of off often ok on or overdose pain pause
peptide per pill pills please prescribe prescription print prompt quantity quit raise reduce reset restart reveal rules
safe schedule self share should show side skip so split start stop strength suicidal suicide supplement supplements
swallow switch system tablet tablets take taken taper tell than the this time times to together too turmeric twice two
under units use usual venlafaxine vitamin want week weekly weeks what when which will with without year years you
"""
WORDS = frozenset(WORD_LIST.split())
"""Words worth finding again in disguised spelling; no other word is ever changed on a guess."""

COMBINING = "".join(chr(code) for code in range(0x300, 0x1E94B) if unicodedata.combining(chr(code)))
LONG_MARKS = re.compile(f"[{re.escape(COMBINING)}]{{4,}}")
LATIN_MARKS = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]")
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
LIGATURES = re.compile("[\ufdf0-\ufdff\u3300-\u33ff]")  # each would unfold to as many as eighteen characters

HOMOGLYPHS = str.maketrans(
    "авсеёніїјкмопрѕтухԁԛԝһӏг" + "αβεηικμνορτυχωγ" + "ɑɡıɩօսհոց",
    "abceehiijkmonpstyxdqwhlr" + "abenikuvoptuxwy" + "agiiouhng",
)
SMALL_CAPITALS = str.maketrans("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz")
NEIGHBOURS = "[\u0370-\u03ff\u0400-\u052f\u0560-\u0587]"
MIXED_WORD = re.compile(rf"[a-z]['-]?{NEIGHBOURS}|{NEIGHBOURS}['-]?[a-z]")
WORD = re.compile(r"[^\W\d_]+")
PUNCTUATION = str.maketrans("‘’‚‛′`´“”„″«»‐‑‒–—―−…", "'''''''\"\"\"\"\"\"-------.")

LEET = str.maketrans("0134578@$!|", "oieastbasii")
LEET_TOKEN = re.compile(r"[a-z0-9@$!|]{2,24}")
LEET_LETTER = re.compile(r"(?<=[a-z])[03](?=[a-z])")
LETTERS_APART = re.compile(r"(?<![a-z0-9])[a-z](?:[ .\-_*/]{1,4}[a-z](?![a-z0-9'])){2,}")
STRETCHED = re.compile(r"([a-z])\1{2,}")
ABBREVIATION = "".join(rf"(?<!\b{each}\.)" for each in ("dr", "mr", "mrs", "vit", "st", "vs", r"e\.g", r"i\.e"))
SENTENCE_END = re.compile(rf"(?<=[.?!;]){ABBREVIATION} ")
ROMAN = frozenset({"iii", "xxx", "www"})
LONGEST_WORD = max(map(len, WORDS))


def normalise(text: str) -> str:
    """The text in plain lower-case letters, disguised spellings undone, each sentence on a line of its own."""
    text = plain(text)
    if not text.isascii() and MIXED_WORD.search(text):
        text = WORD.sub(unmask, text)
    text = LETTERS_APART.sub(gather, text)
    text = LEET_TOKEN.sub(unleet, text)
    if STRETCHED.search(text):
        text = WORD.sub(shorten, text)
    return SENTENCE_END.sub("\n", " ".join(text.split()))


def plain(text: str) -> str:
    """The text in one form of Unicode: no marks, no invisible characters, one kind of quote and dash, lower case."""
    text = INVISIBLE.sub("", text)
    if text.isascii():
        return text.lower()
    text = LIGATURES.sub(" ", LONG_MARKS.sub("", text))
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    text = INVISIBLE.sub("", LATIN_MARKS.sub("", text))
    return unicodedata.normalize("NFC", text).translate(PUNCTUATION).translate(SMALL_CAPITALS)


def unmask(match: re.Match[str]) -> str:
    """A word in Latin letters, if all of its letters can be read so."""
    latin = match.group().translate(HOMOGLYPHS)
    return latin if latin.isascii() else match.group()


def gather(match: re.Match[str]) -> str:
    """The words behind letters set apart, such as `d o s e` or `d.o.s.e`."""
    run = match.group()
    wide = re.search(r"[.\-_*/]", run) is not None
    words = re.split(r"\s+" if wide else r"\s{2,}", run)
    letters = [re.sub(r"[^a-z]", "", word) for word in words]
    if len(letters) == 1 and len(letters[0]) < 4 and not wide:
        return run
    return " ".join(part for word in letters for part in separate(word))


def separate(letters: str) -> list[str]:
    """The known words that a run of letters is made of, or the run itself."""
    parts, start = [], 0
    while start < len(letters):
        for length in range(min(LONGEST_WORD, len(letters) - start), 1, -1):
            if letters[start : start + length] in WORDS:
                break
        else:
            return [letters]
        parts.append(letters[start : start + length])
        start += length
    return parts


def unleet(match: re.Match[str]) -> str:
    """A known word written with digits for letters; names such as `cyp19a1` stay as they are."""
    token = match.group()
    if token.isalpha() or token.isdigit():
        return token
    for one in "il":
        word = token.replace("1", one).translate(LEET)
        if word in WORDS:
            return word
        if word.endswith(("i", "ii")) and word.rstrip("i") in WORDS:
            return token  # punctuation, as in `stop!!`
    if sum(map(str.isdigit, token)) != 1:
        return token
    return LEET_LETTER.sub(lambda digit: "o" if digit.group() == "0" else "e", token)


def shorten(match: re.Match[str]) -> str:
    """A word without its stretched letters."""
    word = match.group()
    if word in ROMAN or not STRETCHED.search(word):
        return word
    single = STRETCHED.sub(r"\1", word)
    return single if single in WORDS else STRETCHED.sub(r"\1\1", word)
