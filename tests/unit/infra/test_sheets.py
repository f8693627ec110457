"""Tables for spreadsheets: what is no formula stays none, and lines are lines."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.infra import sheets


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r\n=1", " =1", "＝1", "=cmd|' /C calc'!A0"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    assert sheets.safe(text) == f"'{text.strip()}"


@pytest.mark.parametrize("text", ["货款 7", "a=b", "1,000", '"quoted"', ""])
def test_other_texts_stay(text: str) -> None:
    assert sheets.safe(text) == text


def test_nothing_is_an_empty_cell() -> None:
    assert sheets.safe(None) == ""


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_a_row_is_one_line_and_reads_back(cells: list[str]) -> None:
    row = [sheets.safe(cell) for cell in cells]
    (read,) = csv.reader(io.StringIO(sheets.written([row])))
    assert read == row
