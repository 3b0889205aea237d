"""The rules of the content: what ships keeps them, and each of them fails on content that is broken in just that way."""

from dataclasses import replace as changed

import pytest

from corpus import check as rules
from corpus.check import CHECKS, Problem, check, check_page, exempt_terms
from corpus.library import CONTENT, read_library
from corpus.originality import borrowed, fingerprint, read_article_runs, runs
from corpus.page import Level

PAGE = "content/joint-pain.md"
REFERENCES = "references.json"
CLAIMS = "claims.yaml"
GLOSSARY = "glossary.yaml"
ASKED = "questions/joint-pain.yaml"
MORNING = "Many people\nwith joint pain feel stiff in the morning [@x-mao-2009]."
GENES = "Variants of CYP19A1 have been linked to joint pain in one small study."
THEORY = "Low estrogen may be why joints hurt. This idea has not been shown to be true."
HARD = " Musculoskeletal manifestations necessitate multidisciplinary rheumatological evaluation."


def words(count: int) -> str:
    """A sentence of so many words."""
    return " ".join(["Pain", *["and"] * (count - 2), "aches."])


# Each row: what is broken, how, and the whole of what the check then says; no other check may speak.
BROKEN = [
    pytest.param(
        rules.unique_ids,
        PAGE,
        [("#joint-pain-genes", "#bone-ask")],
        [
            "bone.md:17: bone-ask: another passage has the same id",
            "joint-pain.md:28: bone-ask: another passage has the same id",
        ],
        id="id stands twice",
    ),
    pytest.param(
        rules.unique_ids,
        PAGE,
        [(GENES, f"{GENES} Low estrogen may be why joints hurt.")],
        ["joint-pain.md:28: joint-pain-genes: 'Low estrogen may be why joints hurt.' stands in joint-pain-theory already"],
        id="sentence stands twice",
    ),
    pytest.param(
        rules.citations,
        PAGE,
        [("@ref-01", "@ref-99")],
        ["joint-pain.md:17: joint-pain-common: cites 'ref-99', which references.json does not have"],
        id="dangling citation",
    ),
    pytest.param(
        rules.citations,
        PAGE,
        [("@ref-01", "@x-lost-2001")],
        ["joint-pain.md:17: joint-pain-common: cites 'x-lost-2001', whose status forbids its use as support"],
        id="reference that is no support",
    ),
    pytest.param(
        rules.citations,
        REFERENCES,
        [('"status": "corrected"', '"status": "not_found"')],
        ["joint-pain.md:17: joint-pain-common: cites 'ref-01', which was not found; only about-the-sources may speak of it"],
        id="reference that was not found",
    ),
    pytest.param(
        rules.claims,
        PAGE,
        [(' claims="joint-003"', "")],
        ["claims.yaml:1: no passage carries claim joint-003 (meant for joint-pain)"],
        id="claim that no passage carries",
    ),
    pytest.param(
        rules.claims,
        PAGE,
        [('claims="joint-003"', 'claims="joint-003 joint-999"')],
        ["joint-pain.md:28: joint-pain-genes: carries 'joint-999', which claims.yaml does not have"],
        id="claim that nobody knows",
    ),
    pytest.param(
        rules.claims,
        PAGE,
        [("evidence=early", "evidence=moderate")],
        ["joint-pain.md:28: joint-pain-genes: label moderate is stronger than that of a claim in it"],
        id="label too strong",
    ),
    pytest.param(
        rules.claims,
        PAGE,
        [(" .whole", ""), ("This idea", "The idea")],
        ["joint-pain.md:22: joint-pain-theory: carries an explain_only claim in several sentences; mark it .whole"],
        id="explain_only not whole",
    ),
    pytest.param(
        rules.sentences,
        PAGE,
        [(GENES, f"{GENES} {words(29)}")],
        ["joint-pain.md:28: joint-pain-genes: a sentence has 29 words: 'Pain and and and and and and and and and and and a'..."],
        id="sentence too long",
    ),
    pytest.param(
        rules.sentences,
        PAGE,
        [(GENES, " ".join([GENES, words(24), words(25), words(26)]))],
        ["joint-pain.md:28: joint-pain-genes: has 88 words; at most 80"],
        id="passage too long",
    ),
    pytest.param(
        rules.sentences,
        PAGE,
        [(GENES, f"{GENES} One. Two. Three. Four. Five.")],
        ["joint-pain.md:28: joint-pain-genes: has 6 sentences; a passage has two to five"],
        id="too many sentences",
    ),
    pytest.param(
        rules.sentences,
        PAGE,
        [(MORNING, "They often feel stiff.")],
        ["joint-pain.md:17: joint-pain-common: a sentence points at another one: 'They often feel stiff.'..."],
        id="pointing sentence",
    ),
    pytest.param(
        rules.sentences,
        PAGE,
        [(MORNING, "However, people feel stiff.")],
        ["joint-pain.md:17: joint-pain-common: a sentence points at another one: 'However, people feel stiff.'..."],
        id="sentence that goes on from another",
    ),
    pytest.param(
        rules.sentences,
        PAGE,
        [(MORNING, "Some joints, e.g. knees, feel stiff.")],
        ["joint-pain.md:17: joint-pain-common: an abbreviation with a full stop: 'Some joints, e.g. knees, feel stiff.'..."],
        id="abbreviation",
    ),
    pytest.param(
        rules.sentences,
        PAGE,
        [(MORNING, "People feel stiff")],
        ["joint-pain.md:17: joint-pain-common: a sentence without an end: 'People feel stiff'"],
        id="sentence without an end",
    ),
    pytest.param(
        rules.leaks,
        PAGE,
        [(MORNING, "A capsule is swallowed every evening.")],
        ["joint-pain.md:17: joint-pain-common: leak (frequency): 'capsule is swallowed every evening'"],
        id="leak in a passage",
    ),
    pytest.param(
        rules.leaks,
        PAGE,
        [("## Genes and joint pain", "## Half the medicine")],
        ["joint-pain.md:28: joint-pain-genes: leak (half of something to swallow): 'Half the medicine'"],
        id="leak in a heading",
    ),
    pytest.param(
        rules.leaks,
        PAGE,
        [("summary: Joint pain is common on an aromatase inhibitor.", "summary: What stands here is half the medicine.")],
        ["joint-pain.md:1: leak (half of something to swallow): 'half the medicine'"],
        id="leak in a summary",
    ),
    pytest.param(
        rules.leaks,
        PAGE,
        [("Who can help me with stiff hands?", "Is half the medicine right?")],
        ["joint-pain.md:1: leak (half of something to swallow): 'half the medicine'"],
        id="leak in a question for a visit",
    ),
    pytest.param(
        rules.leaks,
        ASKED,
        [("Why do my joints hurt?", "Why is it half the medicine?")],
        ["joint-pain.md:22: joint-pain-theory: leak (half of something to swallow) in a question: 'half the medicine'"],
        id="leak in an anticipated question",
    ),
    pytest.param(
        rules.leaks,
        REFERENCES,
        [("A work that nobody finds", "Trial of half the medicine")],
        ["references.json:1: x-lost-2001: leak (half of something to swallow): 'half the medicine'"],
        id="leak in a reference",
    ),
    pytest.param(
        rules.reading_level,
        PAGE,
        [(MORNING, HARD)],
        ["joint-pain.md:1: the plain level reads at grade 11.5; at most 8"],
        id="plain level too hard",
    ),
    pytest.param(
        rules.safety_lines,
        PAGE,
        [("safety: [bone-ask]", "safety: [bone-ask, joint-pain-stopping]")],
        ["joint-pain.md:1: safety line 'joint-pain-stopping' is no passage"],
        id="unknown safety line",
    ),
    pytest.param(
        rules.glossary,
        GLOSSARY,
        [("docs: [joint-pain]}\n  - {term: arthralgia", "docs: [knees]}\n  - {term: arthralgia")],
        ["glossary.yaml:1: aromatase inhibitor: no page 'knees'"],
        id="glossary names an unknown page",
    ),
    pytest.param(
        rules.glossary,
        GLOSSARY,
        [("[sore joints]", "[sore joints, Hormone Blocker]")],
        ["glossary.yaml:1: 'Hormone Blocker' stands under 'aromatase inhibitor' and 'arthralgia'"],
        id="word with two meanings",
    ),
    pytest.param(
        rules.questions,
        ASKED,
        [("joint-pain-genes:", "joint-pain-none:\n  - answer: [Yes.]\n    questions: [Is it so?]\njoint-pain-genes:")],
        ["questions:1: no passage 'joint-pain-none' for 'Is it so?'"],
        id="question for an unknown passage",
    ),
    pytest.param(
        rules.questions,
        ASKED,
        [("answer: [Low estrogen may be why joints hurt.]", "answer: [Low estrogen may be why.]")],
        [
            "joint-pain.md:22: joint-pain-theory: the answer to 'Why do my joints hurt?' is not a sentence of the passage: "
            "'Low estrogen may be why.'"
        ],
        id="answer that is not verbatim",
    ),
    pytest.param(
        rules.questions,
        ASKED,
        [("Why do my joints hurt?", "is joint pain COMMON?")],
        ["joint-pain.md:22: joint-pain-theory: 'is joint pain COMMON?' is laid beside 'joint-pain-common' as well"],
        id="question asked twice",
    ),
    pytest.param(
        rules.questions,
        ASKED,
        [("claim: joint-001", "claim: joint-999")],
        ["joint-pain.md:17: joint-pain-common: questions for 'joint-999', which is no claim and no reference"] * 2,
        id="question for an unknown claim",
    ),
    pytest.param(
        rules.questions,
        ASKED,
        [(f"joint-pain-genes:\n  - answer: [{GENES}]\n    questions: [Do genes matter for joint pain?]\n", "")],
        ["joint-pain.md:28: joint-pain-genes: has no anticipated question"],
        id="passage without a question",
    ),
    # The article's words may not be repeated here; the title of its first reference stands in it, and in our bibliography.
    pytest.param(
        rules.originality,
        PAGE,
        [(MORNING, "Pharmacogenetics and aromatase inhibitor induced side effects in families were studied once.")],
        [
            "joint-pain.md:17: joint-pain-common: eight words in a row stand in the source article: "
            "'pharmacogenetics and aromatase inhibitor induced side effects in'"
        ],
        id="borrowed run in a passage",
    ),
    pytest.param(
        rules.originality,
        ASKED,
        [("Why do my joints hurt?", "Who wrote Pharmacogenetics and aromatase inhibitor induced side effects in a journal?")],
        [
            "joint-pain.md:22: joint-pain-theory: eight words in a row stand in the source article: "
            "'pharmacogenetics and aromatase inhibitor induced side effects in'"
        ],
        id="borrowed run in a question",
    ),
]


def test_the_shipped_content_has_no_problem(library):
    assert [str(problem) for problem in check(library)] == []


def test_the_tiny_content_has_no_problem(folder):
    assert check(read_library(folder)) == []


@pytest.mark.parametrize(("rule", "file", "changes", "problems"), BROKEN)
def test_a_broken_rule_is_told_by_its_check(folder, replace, rule, file, changes, problems):
    for old, new in changes:
        replace(folder / file, old, new)
    found = read_library(folder)
    assert [str(problem) for problem in rule(found)] == problems


def test_every_check_is_shown_to_fail():
    assert {case.values[0] for case in BROKEN} == set(CHECKS)


@pytest.mark.parametrize("rule", CHECKS, ids=lambda rule: rule.__name__)
def test_a_check_is_silent_on_good_content(folder, rule):
    assert list(rule(read_library(folder))) == []


def test_a_leak_in_a_bibliography_entry_is_told_for_the_passage_and_for_the_register(folder, replace):
    replace(folder / REFERENCES, "Joint symptoms in a clinic", "Trial of half the medicine")
    files = {problem.file for problem in rules.leaks(read_library(folder))}
    assert "references.json" in files


def test_a_title_in_the_bibliography_may_be_repeated(folder, replace):
    title = "Pharmacogenetics and aromatase inhibitor induced side effects in breast cancer patients"
    assert list(borrowed(title, read_article_runs(CONTENT / "article_runs.txt")))
    replace(folder / PAGE, MORNING, f"{title} is a review.")
    replace(folder / REFERENCES, "Stiff joints in the clinic.", title)
    assert list(rules.originality(read_library(folder))) == []


def test_a_run_is_borrowed_when_its_fingerprint_is_known():
    text = "Some words that we wrote are also in the other text, as it happens."
    article = frozenset({fingerprint("that we wrote are also in the other")})
    assert list(borrowed(text, article)) == ["that we wrote are also in the other"]
    assert list(borrowed(text, frozenset())) == []
    assert len(list(borrowed(text, frozenset(map(fingerprint, runs(text)))))) == len(list(runs(text)))


@pytest.mark.parametrize(
    "sentence",
    [
        pytest.param("It is safest to ask the care team first.", id="it is with an infinitive"),
        pytest.param("Italian food is rich in oil.", id="word that begins like it"),
        pytest.param("Thistle tea was not studied.", id="word that begins like this"),
        pytest.param("Somatic changes happen in cells.", id="word that begins like so"),
    ],
)
def test_a_sentence_that_points_at_nothing_is_let_through(folder, replace, sentence):
    replace(folder / PAGE, MORNING, sentence)
    assert list(rules.sentences(read_library(folder))) == []


def test_a_sentence_may_have_as_many_words_as_the_bound(folder, replace):
    replace(folder / PAGE, GENES, words(rules.LONGEST_SENTENCE))
    assert list(rules.sentences(read_library(folder))) == []


def test_a_passage_that_is_quoted_whole_may_point_at_its_own_sentences(folder):
    library = read_library(folder)
    assert library.passages["joint-pain-theory"].sentences[1].startswith("This")
    assert list(rules.sentences(library)) == []


def test_the_page_about_the_sources_may_speak_of_every_reference(folder, replace):
    page = folder / "content" / "bone.md"
    replace(page, "id: bone\n", "id: about-the-sources\n")
    replace(page, "who needs a bone scan.", "who needs a bone scan [@x-lost-2001].")
    page.rename(page.with_name("about-the-sources.md"))
    assert list(rules.citations(read_library(folder))) == []


def test_the_bibliography_entries_need_no_anticipated_question(folder):
    library = read_library(folder)
    assert "x-mao-2009" in library.passages
    assert library.questions_of("x-mao-2009") == ()
    assert list(rules.questions(library)) == []


def test_only_the_plain_level_has_to_be_easy(folder, replace):
    replace(folder / PAGE, GENES, GENES + HARD)
    assert list(rules.reading_level(read_library(folder))) == []


def test_a_glossary_term_does_not_make_a_page_hard(folder, replace):
    replace(folder / PAGE, MORNING, HARD)
    assert list(rules.reading_level(read_library(folder)))
    replace(folder / GLOSSARY, "term: arthralgia", f"term: {HARD.strip(' .')}")
    assert list(rules.reading_level(read_library(folder))) == []


def test_short_glossary_words_stay_in_the_count(folder):
    assert set(exempt_terms(read_library(folder))) == {"aromatase inhibitor", "hormone blocker", "arthralgia", "sore joints"}


def test_problems_stand_in_the_order_of_the_checks(folder, replace):
    replace(folder / PAGE, "safety: [bone-ask]", "safety: [nowhere]")
    replace(folder / PAGE, "@ref-01", "@ref-99")
    library = read_library(folder)
    assert [problem.text.split()[0] for problem in check(library)] == ["joint-pain-common:", "safety"]
    assert [problem.text.split()[0] for problem in check(library, reversed(CHECKS))] == ["safety", "joint-pain-common:"]
    assert check(library, []) == []


def test_a_problem_says_where_it_stands():
    assert str(Problem("bone.md", 17, "bone-ask: has 90 words")) == "bone.md:17: bone-ask: has 90 words"


def test_a_passage_in_the_wrong_place_is_named_by_the_line_of_its_heading(folder, replace):
    replace(folder / PAGE, "@ref-01", "@ref-99")
    (problem,) = rules.citations(read_library(folder))
    line = (folder / PAGE).read_text(encoding="utf-8").splitlines()[problem.line - 1]
    assert line.startswith("## How common joint pain is {#joint-pain-common")


def test_one_page_can_be_checked_alone(folder, replace):
    replace(folder / PAGE, "@ref-01", "@ref-99")
    replace(folder / PAGE, ' claims="joint-003"', "")
    replace(folder / "content" / "bone.md", ' claims="add-001"', "")
    library = read_library(folder)
    assert len(check(library)) == 3
    assert [str(problem) for problem in check_page(library, "joint-pain")] == [
        "joint-pain.md:17: joint-pain-common: cites 'ref-99', which references.json does not have",
        "claims.yaml:1: no passage carries claim joint-003 (meant for joint-pain)",
    ]
    assert [str(problem) for problem in check_page(library, "bone")] == [
        "claims.yaml:1: no passage carries claim add-001 (meant for bone)"
    ]


def test_a_leak_in_a_question_is_told_with_its_page(folder, replace):
    replace(folder / ASKED, "Why do my joints hurt?", "Why is it half the medicine?")
    assert check_page(read_library(folder), "joint-pain")


def test_a_leak_in_a_label_is_told(folder, replace):
    replace(folder / "labels.yaml", "Seen in cells or animals", "Half the medicine was seen")
    assert list(rules.leaks(read_library(folder)))


def test_a_question_asked_twice_of_one_passage_is_told(folder, replace):
    replace(folder / ASKED, "Do many people have sore joints?", "Is joint pain common?")
    assert list(rules.questions(read_library(folder)))


def test_a_library_made_by_hand_is_checked_like_one_that_was_read(folder):
    library = read_library(folder)
    page = library.pages["joint-pain"]
    easy = changed(page, passages=tuple(passage for passage in page.passages if passage.level is Level.PLAIN))
    shorter = changed(library, pages={**library.pages, "joint-pain": easy})
    assert [problem.text for problem in rules.claims(shorter)] == ["no passage carries claim joint-003 (meant for joint-pain)"]
