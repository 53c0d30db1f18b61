"""A history cannot be changed unseen."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.audit import BEGINNING, first_broken, link

entries = st.lists(
    st.dictionaries(st.sampled_from(["what", "who", "at"]), st.text(max_size=9)), max_size=6
)


def chain(items: list[dict[str, Any]]) -> list[tuple[dict[str, Any], str]]:
    made, previous = [], BEGINNING
    for item in items:
        previous = link(previous, item)
        made.append((item, previous))
    return made


@given(entries)
def test_a_whole_chain_checks_out(items: list[dict[str, Any]]) -> None:
    assert first_broken(chain(items)) is None


@given(entries.filter(bool), st.data())
def test_a_changed_or_missing_entry_is_found_where_it_is(
    items: list[dict[str, Any]], data: st.DataObject
) -> None:
    made = chain(items)
    at = data.draw(st.integers(0, len(made) - 1))
    changed = [*made]
    changed[at] = ({**made[at][0], "more": "x"}, made[at][1])
    assert first_broken(changed) == at
    missing = made[:at] + made[at + 1 :]
    assert first_broken(missing) == (at if at < len(missing) else None)
