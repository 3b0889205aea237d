"""Markup that is escaped by construction, tables, and data inside a script element."""

from __future__ import annotations

import json

import pytest

from evals.report_markup import Markup, element, embedded, markup, table


@pytest.mark.parametrize(
    ("made", "text"),
    [
        pytest.param(element("p", "<b> & 'c'"), "<p>&lt;b&gt; &amp; &#x27;c&#x27;</p>", id="text is escaped"),
        pytest.param(element("p", element("b", "x"), None), "<p><b>x</b></p>", id="markup stays, nothing is nothing"),
        pytest.param(element("p", title='"><b'), '<p title="&quot;&gt;&lt;b"></p>', id="an attribute cannot be left"),
        pytest.param(element("a", class_="b", aria_label="c", open=True, hidden=False), '<a class="b" aria-label="c" open></a>',
                     id="names of attributes"),
        pytest.param(element("line", x1=0.1234, x2=10.0), '<line x1="0.12" x2="10"/>', id="a shape ends itself"),
        pytest.param(markup("<", Markup("<br>")), "&lt;<br>", id="side by side"),
    ],
)  # fmt: skip
def test_only_what_was_made_here_is_markup(made, text):
    assert made == text
    assert isinstance(made, Markup)


def test_a_table_names_its_columns_and_rows():
    made = table("Things <1>", ("Name", "Value"), [("a", "1")])
    assert "<caption>Things &lt;1&gt;</caption>" in made
    assert '<th scope="row">a</th><td data-label="Value">1</td>' in made
    assert made.count('scope="col"') == 2


def test_data_in_a_script_element_cannot_end_it():
    values = {"text": '</script><!-- \u2028 & "quoted"', "lone": "\ud800", "nothing": None}
    text = embedded(values)
    assert "<" not in text
    assert text.isascii()
    assert json.loads(text) == values
