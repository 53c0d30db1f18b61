"""What the plan of a template says: its lists, its shapes, what no layout can serve."""

from typing import Any

import pytest

from services.certs.layout.plan import arranged, plan_of, shape_of, shapes_of
from services.certs.layout.render import render
from shared.errors import Permanent
from tests.certs.layout.drafts import Draft, courses

LIST = (
    "{%p for course in courses|filled(2, 3) %}",
    "{{ course.title }} ({{ course.grade }})",
    "{%p endfor %}",
)
IF = ("{%p if degree %}", "{{ degree }}", "{%p else %}", "none", "{%p endif %}")


def texts_of(document: Any) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]


def test_a_list_is_found_with_its_fields_and_what_a_page_holds() -> None:
    plan = plan_of(Draft(*LIST, "{{ name }}", footer="{{ number }}").docx)
    (loop,) = plan.loops
    assert (loop.source, loop.filled, loop.fields) == ("courses", (2, 3), ("title", "grade"))
    assert plan.fields == ("courses.title", "courses.grade", "name", "number")
    assert plan.compiles


@pytest.mark.parametrize(
    ("items", "rows", "shape"),
    [(0, 2, "a2"), (2, 2, "a2"), (3, 5, "a5"), (5, 5, "a5"), (6, 8, "a8"), (200, 200, "a200")],
)
def test_a_list_is_padded_to_full_pages_and_they_are_its_shape(
    items: int, rows: int, shape: str
) -> None:
    plan = plan_of(Draft(*LIST).docx)
    values = arranged(plan, {"courses": courses(items)})
    assert (len(values["courses"]), shape_of(plan, values)) == (rows, shape)
    assert values["courses"][items:] == [{"title": "", "grade": ""}] * (rows - items)
    assert arranged(plan, values) == values


def test_word_and_plan_pad_alike() -> None:
    """The working copy and the LibreOffice way render the file; it must say what the plan says."""
    draft = Draft(*LIST).docx
    plan, values = plan_of(draft), {"courses": courses(3)}
    assert texts_of(render(draft, values)) == texts_of(render(draft, arranged(plan, values)))
    assert len(texts_of(render(draft, values))) == 5


def test_a_condition_makes_two_shapes() -> None:
    plan = plan_of(Draft(*IF).docx)
    assert plan.conditions == ("degree",)
    assert shape_of(plan, {"degree": "Ph.D."}) != shape_of(plan, {"degree": ""})
    assert set(shapes_of(plan, {"degree": "Ph.D."})) == {"a1", "b1"}


def test_seal_signatures_and_small_styles_make_no_shapes() -> None:
    served = (
        "{%p if seal %}", "x", "{%p endif %}",
        "{%p if 'name' in long %}", "{{ name }}", "{%p else %}", "{{ name }}", "{%p endif %}",
        "{%p if major is long %}", "{{ major }}", "{%p else %}", "{{ major }}", "{%p endif %}",
        "{%p if advisor.drawn %}", "y", "{%p endif %}",
    )  # fmt: skip
    plan = plan_of(Draft(*served).docx)
    assert (plan.conditions, plan.reasons) == ((), ())
    assert shape_of(plan, {}) == ""


def test_an_item_takes_its_small_style_by_its_number() -> None:
    draft = Draft(
        "{%p for course in courses|filled(2, 2) %}",
        "{%p if course.title is long %}", "small {{ course.title }}", "{%p else %}",
        "{{ course.title }}", "{%p endif %}", "{%p endfor %}",
    ).docx  # fmt: skip
    values = {"courses": courses(2), "long": ["courses.1.title"]}
    assert texts_of(render(draft, values)) == ["Course 1", "small Course 2"]


def test_a_text_comes_in_lines() -> None:
    plan = plan_of(
        Draft("{%p for line in body|lines|filled(3, 2) %}", "{{ line }}", "{%p endfor %}").docx
    )
    values = arranged(plan, {"body": "one two"}, lambda field, text: [field, *text.split()])
    assert values["body"] == ["body", "one", "two"]
    assert plan.fields == ("body",)
    assert set(shapes_of(plan, {"body": "one two"}, lines=6)) == {"a3", "a5", "a7"}


@pytest.mark.parametrize(
    ("reason", "paragraphs"),
    [
        ("filter_on_value", ["{{ name|upper }}"]),
        ("computed_value", ["{{ name ~ major }}"]),
        ("computed_value", ["{% set name = 1 %}"]),
        (
            "nested_loop",
            ["{% for t in terms %}{% for c in t.courses %}{{ c }}{% endfor %}{% endfor %}"],
        ),
        ("condition_on_item", ["{% for c in courses %}{% if c.grade %}x{% endif %}{% endfor %}"]),
        ("computed_list", ["{% for c in courses|sort %}{{ c }}{% endfor %}"]),
        ("computed_list", ["{% for c in courses|filled(n, 3) %}{{ c }}{% endfor %}"]),
    ],
)
def test_what_no_layout_serves_is_named(reason: str, paragraphs: list[str]) -> None:
    assert plan_of(Draft(*paragraphs).docx).reasons == (reason,)


def test_a_missing_list_is_refused_by_name() -> None:
    plan = plan_of(Draft(*LIST).docx)
    for values in ({}, {"courses": "none"}, {"courses": None}):
        with pytest.raises(Permanent) as refused:
            arranged(plan, values)
        assert (refused.value.code, refused.value.facts["field"]) == ("missing_value", "courses")


def test_a_template_that_is_no_template_is_refused() -> None:
    for docx in (b"no zip", Draft("{% for %}").docx):
        with pytest.raises(Permanent) as refused:
            plan_of(docx)
        assert refused.value.code == "bad_template"
