"""Reading a page: what a good one becomes, and what is said of a bad one."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.exceptions import ContentError, CorpusError
from corpus.markdown import read_page, split_sentences
from corpus.page import EvidenceLabel, Level, Page, Population


@pytest.fixture
def page_file(folder):
    return folder / "content" / "joint-pain.md"


@pytest.fixture
def page(page_file):
    return read_page(page_file)


def test_the_head_of_a_page_is_read(page):
    assert (page.id, page.title, page.topic) == ("joint-pain", "Joint pain", "joint-pain")
    assert page.summary == "Joint pain is common on an aromatase inhibitor."
    assert page.evidence is EvidenceLabel.MODERATE
    assert page.population is Population.BREAST_CANCER
    assert page.safety == ("bone-ask",)
    assert page.version == 1


def test_an_empty_review_means_that_nobody_has_read_the_page(page):
    assert page.review.reviewed is None
    assert page.review.reviewer == ""
    assert page.review.due is None


def test_a_review_has_a_day_a_name_and_a_day_when_it_is_due(folder):
    page = read_page(folder / "content" / "bone.md")
    assert page.review.reviewed == date(2026, 11, 2)
    assert page.review.reviewer == "Dr Ada Example"
    assert page.review.due == date(2027, 11, 2)
    assert [passage.reviewed for passage in page.passages] == [date(2026, 11, 2)]


def test_passages_stand_under_their_levels_in_reading_order(page):
    assert [passage.id for passage in page.passages] == ["joint-pain-common", "joint-pain-theory", "joint-pain-genes"]
    assert [passage.id for passage in page.at(Level.PLAIN)] == ["joint-pain-common", "joint-pain-theory"]
    assert page.at(Level.DETAILED) == ()
    assert [passage.id for passage in page.at(Level.TECHNICAL)] == ["joint-pain-genes"]


def test_a_passage_holds_its_heading_its_attributes_and_what_its_page_says(page):
    common, theory, genes = page.passages
    assert common.heading == "How common joint pain is"
    assert common.evidence is EvidenceLabel.ESTABLISHED
    assert common.claims == ("joint-001",)
    assert (common.whole, theory.whole, genes.whole) == (False, True, False)
    assert (common.page, common.title, common.topic) == ("joint-pain", "Joint pain", "joint-pain")
    assert common.population is Population.BREAST_CANCER


def test_a_passage_knows_the_line_of_its_heading(page, page_file):
    lines = page_file.read_text(encoding="utf-8").splitlines()
    for passage in page.passages:
        assert f"#{passage.id} " in lines[passage.line - 1]


def test_citations_leave_the_text_and_are_listed_once_in_order(page):
    common = page.passages[0]
    assert common.sentences == (
        "Joint pain is a common side effect of an aromatase inhibitor.",
        "Many people with joint pain feel stiff in the morning.",
    )
    assert common.references == ("x-mao-2009", "ref-01")


def test_the_text_of_a_passage_is_its_sentences(page):
    assert page.passages[1].text == "Low estrogen may be why joints hurt. This idea has not been shown to be true."


def test_questions_for_a_visit_are_read(page):
    assert page.ask == (
        "Could my joint pain have another cause?",
        "Which kinds of exercise are safe for me?",
        "Who can help me with stiff hands?",
    )


def test_a_passage_may_carry_several_claims_or_none(page_file, replace):
    replace(page_file, 'claims="joint-001"', 'claims="joint-001 joint-003"')
    replace(page_file, ' claims="joint-002"', "")
    common, theory, _ = read_page(page_file).passages
    assert common.claims == ("joint-001", "joint-003")
    assert theory.claims == ()


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param("One. Two.", ("One.", "Two."), id="two sentences"),
        pytest.param("Is it common? Yes.", ("Is it common?", "Yes."), id="question"),
        pytest.param("A risk of 0.5 is low. Good.", ("A risk of 0.5 is low.", "Good."), id="decimal"),
        pytest.param("It rose. 12 women left.", ("It rose.", "12 women left."), id="a number begins a sentence"),
        pytest.param("He said so. “Joints hurt.” Why?", ("He said so.", "“Joints hurt.” Why?"), id="stop inside a quotation"),
        pytest.param("Pain fell. (One study.) Good.", ("Pain fell.", "(One study.) Good."), id="stop inside brackets"),
        pytest.param("Broken\n  over   lines. Next.", ("Broken over lines.", "Next."), id="line breaks and spaces"),
        pytest.param("No end", ("No end",), id="no full stop"),
        pytest.param("", (), id="nothing"),
    ],
)
def test_sentences_end_at_a_stop_before_a_capital(text, sentences):
    assert split_sentences(text) == sentences


HEADING = '## How common joint pain is {#joint-pain-common evidence=established claims="joint-001"}'
THEORY = '## Whether low estrogen is the cause {#joint-pain-theory evidence=theoretical claims="joint-002" .whole}'
ASK = "# Ask your care team"


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        pytest.param("---\nid:", "id:", 1, "does not begin with `---`", id="front matter missing"),
        pytest.param("version: 1\n---\n", "version: 1\n", 1, "not closed", id="front matter not closed"),
        pytest.param("version: 1", "version: 1\ncolor: blue", 1, "color", id="unknown key"),
        pytest.param("title: Joint pain\n", "", 1, "title", id="missing key"),
        pytest.param("title: Joint pain\n", "title: [Joint\n", 4, "not YAML", id="bad YAML"),
        pytest.param("id: joint-pain\n", "id: bone\n", 1, "name the file bone.md", id="wrong id"),
        pytest.param("id: joint-pain\n", "id: Joint Pain\n", 1, "id", id="id with spaces"),
        pytest.param("topic: joint-pain", "topic: knees", 1, "topic", id="unknown topic"),
        pytest.param("evidence: moderate", "evidence: certain", 1, "evidence", id="unknown label of the page"),
        pytest.param("population: breast-cancer", "population: everyone", 1, "population", id="unknown population"),
        pytest.param("version: 1", "version: 0", 1, "version", id="version zero"),
        pytest.param('reviewed: ""', "reviewed: last week", 1, "reviewed", id="review without a date"),
        pytest.param("# Technical", "# Expert", 26, "unknown level 'Expert'", id="unknown level"),
        pytest.param("# Plain\n", "Joints hurt.\n\n# Plain\n", 15, "text before the first `#`", id="text before a level"),
        pytest.param(HEADING, f"Joints hurt.\n\n{HEADING}", 17, "text before the first `##`", id="text before a heading"),
        pytest.param(HEADING, "## How common joint pain is", 17, "a passage heading reads", id="heading without attributes"),
        pytest.param(HEADING, HEADING[:-1] + " color=blue}", 17, "color", id="unknown attribute"),
        pytest.param(HEADING, HEADING[:-1] + " .bold}", 17, "bold", id="unknown class"),
        pytest.param("evidence=established", "evidence=certain", 17, "evidence", id="unknown label"),
        pytest.param(" evidence=established", "", 17, "evidence", id="passage without a label"),
        pytest.param("#joint-pain-common ", "", 17, "id", id="passage without an id"),
        pytest.param("#joint-pain-common ", "#Joint_Pain ", 17, "id", id="passage id with capitals"),
        pytest.param('claims="joint-001"', 'claims="joint-001', 17, "quotation", id="quotation mark not closed"),
        pytest.param("This idea", "\n\nThis idea", 22, "one paragraph", id="two paragraphs"),
        pytest.param(
            "Low estrogen may be why joints hurt. This idea has not been shown to be true.", "", 22, "no text", id="no text"
        ),
        pytest.param("# Plain\n", "# Detailed\n", 13, "no `# Plain` level", id="no plain level"),
        pytest.param(ASK, "# Questions", 32, "unknown level 'Questions'", id="ask section under another name"),
        pytest.param("- Who can help me with stiff hands?\n", "", 35, "it needs three to five", id="two questions to ask"),
    ],
)
def test_a_broken_page_is_refused_with_file_and_line(page_file, replace, old, new, line, problem):
    replace(page_file, old, new)
    with pytest.raises(ContentError) as caught:
        read_page(page_file)
    assert str(caught.value).startswith(f"joint-pain.md:{line}: ")
    assert problem in caught.value.problem
    assert (caught.value.path, caught.value.line) == (page_file, line)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param('reviewed: ""', "reviewed: 2026-13-45", id="day that no calendar has"),
        pytest.param("version: 1", "version: 0x_", id="number without digits"),
    ],
)
def test_a_value_that_yaml_cannot_build_is_refused(page_file, replace, old, new):
    replace(page_file, old, new)
    with pytest.raises(ContentError):
        read_page(page_file)


def test_a_file_that_is_not_utf_8_is_refused(page_file):
    page_file.write_bytes(page_file.read_bytes() + b"\xff")
    with pytest.raises(ContentError):
        read_page(page_file)


def test_a_page_without_questions_for_a_visit_is_refused(page_file):
    text = page_file.read_text(encoding="utf-8")
    page_file.write_text(text[: text.index(ASK)], encoding="utf-8")
    with pytest.raises(ContentError, match=r"^joint-pain\.md:31: `# Ask your care team` has 0 questions; it needs three to five"):
        read_page(page_file)


def test_an_empty_file_is_refused(page_file):
    page_file.write_text("", encoding="utf-8")
    with pytest.raises(ContentError, match=r"^joint-pain\.md:1: "):
        read_page(page_file)


def test_a_broken_page_is_an_error_of_the_corpus():
    assert issubclass(ContentError, CorpusError)


PIECES = ["---\n", "# Plain\n", "## A {#a evidence=early}\n", "{", "}", '"', "[@x]", "\n\n", "- Why?\n", "#", "version: 1\n"]
texts = st.one_of(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=200),
    st.lists(st.sampled_from(PIECES) | st.text(alphabet=st.characters(codec="utf-8"), max_size=10), max_size=25).map("".join),
)


def page_or_error(path, text):
    path.write_text(text, encoding="utf-8")
    try:
        result = read_page(path)
    except ContentError as error:
        result = error
    if isinstance(result, ContentError):
        assert str(result).startswith(f"{path.name}:{result.line}: ")
        assert result.line >= 1
    else:
        assert isinstance(result, Page)
        assert result.id == path.stem
        assert result.at(Level.PLAIN)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts)
def test_any_text_is_a_page_or_an_error_with_file_and_line(tmp_path, text):
    page_or_error(tmp_path / "joint-pain.md", text)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(min_value=0), length=st.integers(min_value=0, max_value=40), text=texts)
def test_any_damage_to_a_page_leaves_a_page_or_an_error_with_file_and_line(page_file, tmp_path, place, length, text):
    good = page_file.read_text(encoding="utf-8")
    start = place % len(good)
    page_or_error(tmp_path / "joint-pain.md", good[:start] + text + good[start + length :])
