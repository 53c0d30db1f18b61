"""docs/rules.md says where each rule of the rulebook is computed."""

from tools import rules_table


def test_the_table_of_rules_is_that_of_the_code() -> None:
    assert rules_table.PAGE.read_text("utf-8") == rules_table.page()


def test_ranges_of_ids_are_read_as_each_of_them() -> None:
    assert list(rules_table.quoted("TUI-09, LEA-01 to LEA-03 and EXT-01 to 02")) == [
        "TUI-09", "LEA-01", "LEA-02", "LEA-03", "EXT-01", "EXT-02",
    ]  # fmt: skip
