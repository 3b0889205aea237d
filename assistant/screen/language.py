"""Recognises a message that is not in English, and one that is in no language at all."""

from __future__ import annotations

import re

SCRIPTS = {
    "zh": re.compile("[\u3400-\u4dbf\u4e00-\u9fff]"),
    "ja": re.compile("[\u3040-\u30ff]"),
    "ko": re.compile("[\uac00-\ud7af\u1100-\u11ff]"),
    "ar": re.compile("[\u0600-\u06ff\u0750-\u077f]"),
    "hi": re.compile("[\u0900-\u097f]"),
    "bn": re.compile("[\u0980-\u09ff]"),
    "pa": re.compile("[\u0a00-\u0a7f]"),
    "gu": re.compile("[\u0a80-\u0aff]"),
    "ta": re.compile("[\u0b80-\u0bff]"),
    "te": re.compile("[\u0c00-\u0c7f]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
    "he": re.compile("[\u0590-\u05ff]"),
    "el": re.compile("[\u0370-\u03ff]{2,}"),
    "uk": re.compile("[іїєґІЇЄҐ]"),
    "ru": re.compile("[\u0400-\u04ff]{2,}"),
}
SCRIPT_SHARE = 0.4
"""Share of a message's letters in another script from which it counts as that language."""

FUNCTION_WORDS = {
    "es": "caída pelo cabello rodillas el los las una unos que qué como cómo cuál cual cuánto cuanto cuántos cuantos "
    "cuántas por para con del está esta estoy tengo puedo debo debe tomar mi mis me duele muy pero más cuando "
    "cuándo desde hace tiene hay mucho mucha yo su le se en si sí la de es y son porque sirve efectos causa dolor "
    "huesos puede pastilla pastillas quiero",
    "fr": "cheveux fait genoux le les des une du est sont que quoi quel quelle quels quelles comment combien pour avec "
    "dans sur ne pas je suis mon ma mes j'ai c'est il elle nous vous votre vos mais depuis dois puis faut peut ça "
    "et de la à pourquoi mal très effets os douleur prendre l'anastrozole l'exémestane l'arimidex où",
    "de": "haare haarausfall gelenke macht der das den dem ein eine einen einer ist sind und ich nicht wie viel viele oft "
    "soll muss kann mit für auf bei seit mein meine meinen habe hat wenn was warum welche welcher nehmen man darf "
    "zu im vom nach auch mir mich von wirkt tabletten knochen gegen hilft lange",
    "pt": "engorda cabelo cabelos faz o os as uma um que como qual quanto quantos quantas para com do da dos das não nao "
    "é são estou tenho posso devo tomar meu minha meus está muito mas mais quando porque dor dores ossos por em se "
    "eu você de no na efeitos causa remédio",
    "it": "fa fanno cadere capelli i dolori il lo gli una che come quanto quanti quante quale per con del della delle "
    "sono è non posso devo prendere mio mia miei ho mi molto ma più quando perché perche dolore ossa di da si nel "
    "alla compressa compresse un la le e farmaco",
    "nl": "haar invloed heeft gewrichten het een de en ik niet hoe veel vaak moet kan mag met voor van op bij mijn heb "
    "ben is dat wat waarom welke wanneer nemen sinds maar ook je zijn te pijn botten werkt hoeveel lang door",
    "pl": "powoduje ból stawów włosy stawy jest nie jak ile czy się sie mam mogę moge czego dlaczego przez dla od na do "
    "po brać brac przy moje mój moja które ktore tabletki tabletek dziennie kości kosci boli bolą co to i w z są",
    "tr": "saç döker eklem bir ve mi mı mu mü ne kaç kac nasıl nasil için icin çok cok ben benim ile ama var yok gün "
    "gunde günde almalıyım neden ağrısı yapar olur nedir ilaç hap kemik miyim mıyım",
    "hi": "hai kya mujhe nahi nahin mein ka ki ko kitni kitna kaise kyun kyon karna karein leni lena mera meri din mai "
    "hota hoti dard aur se dawai goli rahi raha",
    "sv": "och är inte jag hur mycket många ofta ska kan med för på av min mitt har det som vad varför att ont",
    "ro": "și este nu cum cât câte de ce pentru cu am trebuie pot în la meu mea sunt doare oase",
    "id": "yang dan tidak saya apa bagaimana berapa untuk dengan dari ini itu ada bisa harus minum obat sakit tulang",
    "tl": "ang ng sa ako ba ano paano ilan po mga hindi bakit gamot ko",
    "vi": "tôi là không bao nhiêu thuốc có được uống khi nào của và cho",
}
ENGLISH_WORDS = """
the a an and or is are was were be been i me my mine you your he she it its we they them this that what which who when
where why how do does did can could should would will may might must have has had not no of in on at to for from with
about by as if but so than then there any some much many often long more less make makes take takes taking get cause
causes help helps after before while because man die come also one
"""
ENGLISH = frozenset(ENGLISH_WORDS.split()) - {word for words in FUNCTION_WORDS.values() for word in words.split()}
"""Function words of English alone; `was` and `die` are German too."""
SHARED_WORDS = """
a an i is in on me no so the man die of do to as come has was will am one at or by us we he it be any also had may son
"""
SHARED = frozenset(SHARED_WORDS.split())
"""Words that English has too, which tell nothing."""
WORDS = {language: frozenset(words.split()) - SHARED for language, words in FUNCTION_WORDS.items()}
LATIN = frozenset(FUNCTION_WORDS)
"""Languages in Latin letters, which are told by their function words."""
TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
LETTERS = {
    "es": "ñ¿¡",
    "pt": "ãõ",
    "de": "ßä",
    "tr": "ışğ",
    "pl": "łąężźćś",
    "fr": "êœâû",
    "it": "òì",
    "sv": "å",
    "ro": "șț",
    "vi": "ơưđ",
}
"""Letters that only this language, among those here, is likely to use."""
PARTICLE_WORDS = "de la le el van von der di da du den il y e o os mi ne ka no wat"
PARTICLES = frozenset(PARTICLE_WORDS.split())
"""Words that stand in names and in misspelt English too, and prove nothing alone."""

VOWEL = re.compile("[aeiouy]")
KEYBOARD = re.compile(r"(?:qwert|werty|asdf|sdfg|dfgh|fghj|ghjk|hjkl|zxcv|xcvb|cvbn|vbnm|poiu|lkjh|mnbv|yuiop)")
CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{6}")
CODED = re.compile(r"(?:[A-Za-z0-9+/_-]{16,}={0,2}|(?:[0-9a-fA-F]{2}[\s:]?){10,}|[01\s]{24,})")
SHOWN = 2_000
"""Characters of a message that are looked at."""


def recognise(text: str) -> str:
    """The ISO 639-1 code of a message's language, `en` whenever it may be English."""
    text = text[:SHOWN]
    letters = sum(map(str.isalpha, text))
    if not letters:
        return "en"
    if language := other_script(text, letters):
        return language
    return latin_language(text)


def other_script(text: str, letters: int) -> str:
    """The language of the script most letters are in, none if that is Latin."""
    if hides_latin(text):
        return ""
    shares = {language: sum(len(match) for match in pattern.findall(text)) / letters for language, pattern in SCRIPTS.items()}
    if shares["ja"] > 0.1:
        return "ja"
    language = max(shares, key=lambda each: shares[each])
    if shares["ru"] > SCRIPT_SHARE:
        return "uk" if shares["uk"] > 0.02 else "ru"
    return language if shares[language] > SCRIPT_SHARE else ""


def hides_latin(text: str) -> bool:
    """Whether letters of other scripts stand inside Latin words, which is a disguise and not a language."""
    return re.search(r"[A-Za-z][\u0370-\u03ff\u0400-\u04ff]|[\u0370-\u03ff\u0400-\u04ff][A-Za-z]", text) is not None


def latin_language(text: str) -> str:
    """The language whose function words stand in the text, English unless they clearly outnumber its own."""
    tokens = TOKEN.findall(text.lower().replace("’", "'"))
    english = sum(token in ENGLISH for token in tokens)
    marks = {language: any(letter in text.lower() for letter in letters) for language, letters in LETTERS.items()}
    found = {language: sum(token in words for token in tokens) + marks.get(language, False) for language, words in WORDS.items()}
    language = max(found, key=lambda each: found[each])
    clear = not english and (any(marks.values()) or any(token in WORDS[language] - PARTICLES for token in tokens))
    enough = found[language] >= 2 or (clear and len(tokens) >= 3)
    return language if enough and found[language] > english and found[language] >= 0.2 * len(tokens) else "en"


def meaningless(text: str) -> bool:
    """Whether no meaning can be made of a normalised text: symbols, keyboard mash, a code."""
    if not any(map(str.isalpha, text)):
        return True
    if CODED.fullmatch(text.strip()) and (any(map(str.isdigit, text)) or " " not in text.strip()):
        return not re.fullmatch(r"[a-z]+(?:-[a-z0-9]+)*", text.strip()) or mashed(text.strip())
    words = re.findall(r"[a-z]{3,}", text)
    return bool(words) and all(map(mashed, words))


def mashed(word: str) -> bool:
    """Whether a word looks like fingers on a keyboard."""
    if len(word) < 5:
        return (not VOWEL.search(word) and len(word) > 3) or len(set(word)) == 1
    return bool(KEYBOARD.search(word) or CONSONANTS.search(word) or not VOWEL.search(word) or len(set(word)) <= 2)
