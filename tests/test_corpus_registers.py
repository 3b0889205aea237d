"""The registers beside the pages, the library that holds them all, and the two measures of wording."""

import hashlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.exceptions import ContentError, UnknownPassage
from corpus.library import BIBLIOGRAPHY, CONTENT, content_files, corpus_version, read_library
from corpus.originality import RUN, borrowed, fingerprint, read_article_runs, runs
from corpus.page import EvidenceLabel, Level, Population
from corpus.readability import grade, syllables
from corpus.reference import Custom, Issued, Name, Reference, Status, read_references
from corpus.vocabulary import Glossary, Handling, Labels, read_claims, read_questions, read_yaml

# Reading level


@pytest.mark.parametrize(
    ("word", "count"),
    [
        pytest.param("pain", 1, id="pain"),
        pytest.param("estrogen", 3, id="estrogen"),
        pytest.param("Menopause", 3, id="capital"),
        pytest.param("patient's", 2, id="possessive"),
        pytest.param("patient’s", 2, id="possessive with a curly apostrophe"),
        pytest.param("exemestane", 4, id="word the dictionary lacks, silent e"),
        pytest.param(
            "letrozole",
            3,
            id="word the dictionary lacks, silent e behind a vowel and l",
        ),
        pytest.param("zzle", 1, id="word the dictionary lacks, le"),
        pytest.param("brr", 1, id="no vowel"),
    ],
)
def test_syllables_are_counted(word, count):
    assert syllables(word) == count


@pytest.mark.parametrize(
    ("sentences", "exempt", "expected"),
    [
        # 6 words, 1 sentence, 6 syllables
        pytest.param(["The cat sat on the mat."], [], 0.39 * 6 + 11.8 * 1 - 15.59, id="short words"),
        # 2 + 4 words in 2 sentences, 4 + 8 syllables
        pytest.param(
            ["Exercise helps.", "Women walk every morning."], [], 0.39 * 6 / 2 + 11.8 * (4 + 8) / 6 - 15.59, id="two sentences"
        ),
        # "aromatase inhibitors" counts as "it": 2 words, 2 syllables
        pytest.param(["Aromatase inhibitors help."], ["aromatase inhibitor"], 0.39 * 2 + 11.8 * 1 - 15.59, id="term left out"),
        # the longer term goes first: "it works", not "it scan works"
        pytest.param(["Bone scan works."], ["bone", "bone scan"], 0.39 * 2 + 11.8 * 1 - 15.59, id="longer term first"),
        pytest.param([], [], 0.0, id="nothing"),
        pytest.param(["12 34."], [], 0.0, id="no words"),
    ],
)
def test_the_grade_is_that_of_flesch_and_kincaid(sentences, exempt, expected):
    assert grade(sentences, exempt) == pytest.approx(expected)


def test_a_term_with_signs_of_an_expression_is_taken_literally():
    assert grade(["Words (of it) help."], ["(of it"]) == pytest.approx(grade(["Words (of it) help."]))


def test_longer_words_raise_the_grade():
    assert grade(["Estrogen regulates mineralization."]) > grade(["Hormones build bone."])


# Originality


def test_runs_are_eight_words_in_lower_case():
    assert list(runs("One two, three. FOUR five six seven-eight!")) == ["one two three four five six seven eight"]
    assert list(runs("one two three four five six seven")) == []
    assert len(list(runs("a b c d e f g h i j"))) == 3


@given(st.lists(st.sampled_from(["bone", "pain", "is", "not", "rare", "12", "don't"]), max_size=30))
def test_every_run_of_a_text_stands_in_it(words):
    found = list(runs(" ".join(words)))
    assert len(found) == max(0, len(words) - RUN + 1)
    assert all(run in " ".join(words) for run in found)


def test_a_fingerprint_is_the_head_of_a_hash():
    run = "one two three four five six seven eight"
    assert fingerprint(run) == hashlib.sha256(run.encode()).hexdigest()[:12]


def test_the_shipped_fingerprints_are_fingerprints():
    article = read_article_runs(CONTENT / "article_runs.txt")
    assert len(article) > 3_000
    assert all(len(mark) == 12 and set(mark) <= set("0123456789abcdef") for mark in article)


def test_capitals_and_signs_do_not_hide_a_copy():
    article = frozenset({fingerprint("one two three four five six seven eight")})
    assert list(borrowed("Zero ONE, two three: four; five (six) seven – eight nine", article)) == [
        "one two three four five six seven eight"
    ]
    assert list(borrowed("one two three four five six seven nine", article)) == []


# References


def reference(*authors: str, status: Status = Status.VERIFIED, others: bool = False, **fields) -> Reference:
    """An entry with authors of these family names, given name A."""
    return Reference(
        id="x-test-2009",
        type="article-journal",
        title="Sore joints.",
        author=tuple(Name(family=name, given="A") for name in authors),
        journal="Cancer",
        issued=Issued(date_parts=((2009, 3),)),
        custom=Custom(
            status=status,
            support=True,
            kind="survey",
            topics=(),
            checked=date(2026, 11, 1),
            others=others,
            unconfirmed=fields.pop("unconfirmed", ""),
        ),
        **fields,
    )


@pytest.mark.parametrize(
    ("authors", "others", "who", "listed"),
    [
        pytest.param([], False, "Authors not confirmed", "Authors not confirmed", id="nobody"),
        pytest.param(["Mao"], False, "Mao", "Mao A", id="one"),
        pytest.param(["Mao"], True, "Mao and others", "Mao A, and others", id="one and others"),
        pytest.param(["Mao", "Ames"], False, "Mao and Ames", "Mao A, Ames A", id="two"),
        pytest.param(["Mao", "Ames"], True, "Mao and others", "Mao A, Ames A, and others", id="two and others"),
        pytest.param(["Mao", "Ames", "Berg"], False, "Mao and others", "Mao A, Ames A, Berg A", id="three"),
        pytest.param(
            ["Mao", "Ames", "Berg", "Cho"], False, "Mao and others", "Mao A, Ames A, Berg A, and others", id="more than three"
        ),
    ],
)
def test_authors_stand_by_their_number(authors, others, who, listed):
    entry = reference(*authors, others=others)
    assert entry.who == who
    assert entry.text == f"{listed}. Sore joints. Cancer, 2009."


def test_a_body_has_one_name():
    body = Name(literal="American Society of Clinical Oncology")
    assert (body.short, body.listed) == ("American Society of Clinical Oncology",) * 2
    assert Name(family="Mao").listed == "Mao"


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        pytest.param({}, "Cancer, 2009", id="journal only"),
        pytest.param({"volume": "115"}, "Cancer 115, 2009", id="volume"),
        pytest.param({"volume": "115", "issue": "3"}, "Cancer 115(3), 2009", id="issue"),
        pytest.param({"volume": "115", "issue": "3", "page": "1-9"}, "Cancer 115(3):1-9, 2009", id="pages"),
        pytest.param({"volume": "115", "page": "1-9"}, "Cancer 115:1-9, 2009", id="pages without an issue"),
        pytest.param({"page": "1-9"}, "Cancer, 2009", id="pages without a volume"),
    ],
)
def test_a_bibliography_line_says_where(fields, where):
    assert reference("Mao", **fields).text == f"Mao A. Sore joints. {where}."


@pytest.mark.parametrize(
    ("fields", "status", "url"),
    [
        pytest.param({"doi": "10.1000/1", "pmid": "1"}, Status.VERIFIED, "https://doi.org/10.1000/1", id="doi first"),
        pytest.param(
            {"pmid": "1", "address": "https://example.org"},
            Status.CORRECTED,
            "https://pubmed.ncbi.nlm.nih.gov/1/",
            id="pmid next",
        ),
        pytest.param({"address": "https://example.org"}, Status.NOT_CONFIRMED, "https://example.org", id="address last"),
        pytest.param({}, Status.VERIFIED, None, id="no address"),
        pytest.param({"doi": "10.1000/1"}, Status.NOT_FOUND, None, id="record that was not found"),
    ],
)
def test_the_address_is_the_best_that_is_known(fields, status, url):
    assert reference("Mao", status=status, **fields).url == url


def test_an_entry_in_running_text_names_its_kind():
    assert reference("Mao", "Ames").sentences == ("Mao and Ames published “Sore joints” in Cancer in 2009 (survey).",)


def test_an_entry_in_doubt_says_so():
    entry = reference("Mao", status=Status.NOT_CONFIRMED, unconfirmed="the pages")
    assert entry.sentences == (
        "Mao published “Sore joints” in Cancer in 2009 (survey).",
        "The record of this source, Mao, 2009, is not fully confirmed: the pages.",
    )


def test_references_are_read_in_file_order(folder):
    entries = read_references(folder / "references.json")
    assert list(entries) == ["ref-01", "x-mao-2009", "x-lost-2001"]
    assert entries["x-lost-2001"].status is Status.NOT_FOUND
    assert entries["ref-01"].year == 2017


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        pytest.param('"id": "x-mao-2009",', '"id": "x-mao-2009"', 5, "not JSON", id="comma missing"),
        pytest.param('"status": "verified"', '"status": "perhaps"', 1, "status", id="unknown status"),
        pytest.param('"DOI"', '"doi-number"', 1, "doi-number", id="unknown key"),
        pytest.param('"title": "Stiff joints in the clinic.", ', "", 1, "0.title", id="title missing"),
        pytest.param('"date-parts": [[2017]]', '"date-parts": []', 1, "date-parts", id="no date"),
        pytest.param('"id": "x-mao-2009"', '"id": "ref-01"', 1, "two entries with the id 'ref-01'", id="id stands twice"),
    ],
)
def test_a_broken_bibliography_is_refused_with_file_and_line(folder, replace, old, new, line, problem):
    replace(folder / "references.json", old, new)
    with pytest.raises(ContentError) as caught:
        read_references(folder / "references.json")
    assert str(caught.value).startswith(f"references.json:{line}: ")
    assert problem in str(caught.value)


def test_a_date_without_a_year_is_refused(folder, replace):
    replace(folder / "references.json", "[[2017]]", "[[]]")
    with pytest.raises(ContentError):
        read_references(folder / "references.json")


# Claims, glossary, labels, questions


def test_claims_are_read_with_the_additions_of_the_curator(folder):
    claims = read_claims(folder / "claims.yaml")
    assert list(claims) == ["joint-001", "joint-002", "joint-003", "add-001"]
    assert claims["joint-002"].handling is Handling.EXPLAIN
    assert claims["joint-001"].handling is Handling.STATE
    assert claims["joint-003"].audience is Level.TECHNICAL


def test_questions_are_laid_beside_their_passages_in_file_order(folder):
    questions = read_questions(folder / "questions" / "joint-pain.yaml")
    assert [question.text for question in questions] == [
        "Is joint pain common?",
        "Do many people have sore joints?",
        "Why do my joints hurt?",
        "Do genes matter for joint pain?",
    ]
    first = questions[0]
    assert (first.passage, first.claim) == ("joint-pain-common", "joint-001")
    assert first.answer == ("Joint pain is a common side effect of an aromatase inhibitor.",)


def test_an_empty_file_of_questions_has_none(tmp_path):
    path = tmp_path / "bone.yaml"
    path.write_text("# nothing yet\n", encoding="utf-8")
    assert read_questions(path) == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "problem"),
    [
        pytest.param("claims.yaml", "doc: bone,", "document: bone,", 1, "document", id="unknown key in a claim"),
        pytest.param("claims.yaml", "evidence: early", "evidence: sure", 1, "evidence", id="unknown label in a claim"),
        pytest.param("claims.yaml", "handling: explain_only", "handling: shout", 1, "handling", id="unknown handling"),
        pytest.param("claims.yaml", "{title: Claims}", "{title: Claims", 2, "not YAML", id="bracket missing in the claims"),
        pytest.param("glossary.yaml", "definition: Pain in a joint.", "means: Pain.", 1, "definition", id="no definition"),
        pytest.param("glossary.yaml", "[sore joints]", "[sore joints", 4, "not YAML", id="bracket missing in the glossary"),
        pytest.param("labels.yaml", "bibliography: Reference list", "books: Books", 1, "bibliography", id="label missing"),
        pytest.param("questions/bone.yaml", "answer:", "reply:", 1, "reply", id="unknown key in a question"),
        pytest.param("questions/bone.yaml", "[Who needs a bone scan?]", "[]", 1, "questions", id="no question"),
        pytest.param("questions/bone.yaml", "[The care team can say who needs a bone scan.]", "[]", 1, "answer", id="no answer"),
        pytest.param("questions/bone.yaml", "bone-ask:\n", "- bone-ask\n", 2, "not YAML", id="list in the place of passages"),
    ],
)
def test_a_broken_register_is_refused_with_file_and_line(folder, replace, file, old, new, line, problem):
    replace(folder / file, old, new)
    with pytest.raises(ContentError) as caught:
        read_library(folder)
    assert str(caught.value).startswith(f"{file.rpartition('/')[2]}:{line}: ")
    assert problem in str(caught.value)


@pytest.mark.parametrize("file", ["glossary.yaml", "questions/bone.yaml"])
def test_a_control_character_in_a_register_is_refused(folder, file):
    path = folder / file
    path.write_text(path.read_text(encoding="utf-8") + "# \x01\n", encoding="utf-8")
    with pytest.raises(ContentError):
        read_library(folder)


def test_a_claim_that_stands_twice_is_refused(folder, replace):
    replace(folder / "claims.yaml", "id: add-001", "id: joint-001")
    replace(folder / "content" / "bone.md", "add-001", "joint-001")
    with pytest.raises(ContentError):
        read_library(folder)


@pytest.mark.parametrize("label", EvidenceLabel)
def test_every_evidence_label_has_words_for_patients(library, label):
    assert library.labels.evidence[label].words
    assert library.labels.evidence[label].meaning.endswith(".")


@pytest.mark.parametrize("status", Status)
def test_every_status_has_words_for_patients(library, status):
    assert library.labels.status[status].words
    assert library.labels.status[status].meaning.endswith(".")


def test_levels_and_populations_have_words_and_no_label_is_left_over(library):
    labels = library.labels
    assert set(labels.levels) == set(Level)
    assert set(labels.population) == set(Population)
    assert set(labels.evidence) == set(EvidenceLabel)
    assert set(labels.status) == set(Status)


def test_labels_and_glossary_refuse_unknown_keys():
    for model in (Labels, Glossary):
        assert model.model_config["extra"] == "forbid"
        assert model.model_config["frozen"]


def test_caution_grows_from_established_to_unsupported():
    assert [label.caution for label in EvidenceLabel] == [0, 1, 2, 3, 4, 5]
    assert EvidenceLabel.ESTABLISHED.caution < EvidenceLabel.EARLY.caution < EvidenceLabel.UNSUPPORTED.caution


def test_a_yaml_file_that_is_no_mapping_is_refused(tmp_path):
    path = tmp_path / "glossary.yaml"
    path.write_text("- one\n- two\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"^glossary\.yaml:1: "):
        read_yaml(path, Glossary)


# The library


def test_a_library_holds_pages_registers_and_questions(folder):
    library = read_library(folder)
    assert list(library.pages) == ["bone", "joint-pain"]
    assert len(library.references) == 3
    assert len(library.claims) == 4
    assert len(library.glossary) == 2
    assert len(library.questions) == 5


def test_passages_are_those_of_the_pages_and_then_the_bibliography(folder):
    assert list(read_library(folder).passages) == [
        "bone-ask",
        "joint-pain-common",
        "joint-pain-theory",
        "joint-pain-genes",
        "x-mao-2009",
    ]


def test_a_bibliography_entry_is_a_passage_without_a_medical_label(folder):
    entry = read_library(folder).passage("x-mao-2009")
    assert (entry.page, entry.title) == (BIBLIOGRAPHY, "Reference list")
    assert entry.heading == "Mao, 2009"
    assert entry.evidence is None
    assert entry.references == ("x-mao-2009",)
    assert not entry.whole


def test_an_entry_in_doubt_is_quoted_whole(folder, replace):
    replace(folder / "references.json", '"status": "verified"', '"status": "not_confirmed", "unconfirmed": "the pages"')
    entry = read_library(folder).passage("x-mao-2009")
    assert entry.whole
    assert len(entry.sentences) == 2


def test_a_passage_is_found_by_its_id(folder):
    library = read_library(folder)
    assert library.passage("bone-ask").heading == "Whom to ask about bones"
    with pytest.raises(UnknownPassage, match=rf"no passage 'bone-none' in corpus version {library.version}"):
        library.passage("bone-none")


def test_questions_are_found_by_their_passage(folder):
    library = read_library(folder)
    assert [question.text for question in library.questions_of("bone-ask")] == ["Who needs a bone scan?"]
    assert len(library.questions_of("joint-pain-common")) == 2
    assert library.questions_of("bone-none") == ()


def test_the_version_is_twelve_digits_and_the_same_every_time(folder):
    version = corpus_version(folder)
    assert version == corpus_version(folder) == read_library(folder).version
    assert len(version) == 12
    assert set(version) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    "file",
    ["content/bone.md", "questions/bone.yaml", "references.json", "claims.yaml", "glossary.yaml", "labels.yaml"],
)
def test_one_byte_of_any_file_changes_the_version(folder, file):
    before = corpus_version(folder)
    with (folder / file).open("ab") as stream:
        stream.write(b" ")
    assert corpus_version(folder) != before


def test_a_new_name_changes_the_version(folder):
    before = corpus_version(folder)
    (folder / "questions" / "bone.yaml").rename(folder / "questions" / "bones.yaml")
    assert corpus_version(folder) != before


def test_a_file_beside_the_content_does_not_change_the_version(folder):
    before = corpus_version(folder)
    (folder / "notes.txt").write_text("A note.", encoding="utf-8")
    (folder / "content" / "notes.txt").write_text("A note.", encoding="utf-8")
    assert corpus_version(folder) == before


@pytest.mark.parametrize("name", ["references.json", "claims.yaml", "glossary.yaml", "labels.yaml"])
def test_a_missing_register_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(ContentError, match=rf"^{name}:1: the file is missing"):
        read_library(folder)


def test_a_folder_without_pages_is_refused(folder):
    for page in (folder / "content").iterdir():
        page.unlink()
    with pytest.raises(ContentError, match=r"^content:1: the folder holds no page"):
        read_library(folder)


def test_the_content_files_are_listed_in_one_order(folder):
    assert [path.name for path in content_files(folder)] == [
        "bone.md",
        "joint-pain.md",
        "bone.yaml",
        "joint-pain.yaml",
        "references.json",
        "claims.yaml",
        "glossary.yaml",
        "labels.yaml",
    ]


def test_every_shipped_question_is_found_beside_its_passage(library):
    assert sum(len(library.questions_of(passage)) for passage in library.passages) == len(library.questions)


def test_every_shipped_reference_with_an_address_links_to_it(library):
    for entry in library.references.values():
        assert (entry.url is None) or entry.url.startswith("https://")
        assert entry.text.endswith(f", {entry.year}.")
