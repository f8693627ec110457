import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.infra.web.language import LANGUAGES, choose_language
from tongbao.kernel.text import Language


@pytest.mark.parametrize(
    ("header", "default", "chosen"),
    [
        (None, "zh", "zh"),
        (None, "en", "en"),
        ("", "en", "en"),
        ("en", "zh", "en"),
        ("en-GB", "zh", "en"),
        ("ZH-hans-CN", "en", "zh"),
        ("zh-TW", "en", "zh"),
        ("zh;q=0.3, en;q=0.8", "zh", "en"),
        ("en;q=0.3, zh;q=0.8", "en", "zh"),
        ("de, fr;q=0.9, en;q=0.1", "zh", "en"),
        ("de", "en", "en"),
        ("*", "en", "en"),
        ("*;q=0.5, zh;q=0.4", "en", "en"),
        ("en;q=0, zh;q=0.001", "en", "zh"),
        ("en;q=0", "zh", "zh"),
        ("en,zh", "zh", "en"),
        ("en;q=abc, zh;q=0.1", "en", "zh"),
        ("en;q=nan", "zh", "zh"),
        ("en;q=1e9", "zh", "zh"),
        ("en;q=9, zh", "zh", "en"),
        ("en;x=1", "zh", "zh"),
        (" en ; q = 0.9 , zh ; q = 0.1 ", "zh", "en"),
        ("english", "zh", "zh"),
    ],
)
def test_the_language_liked_best(header: str | None, default: Language, chosen: Language) -> None:
    assert choose_language(header, default) == chosen


def test_only_the_beginning_of_a_long_header_is_looked_at() -> None:
    assert choose_language("de," * 20 + "en", "zh") == "zh"
    assert choose_language("x" * 2000 + ",en", "zh") == "zh"


@given(header=st.text(), default=st.sampled_from(LANGUAGES))
def test_any_header_yields_a_language(header: str, default: Language) -> None:
    assert choose_language(header, default) in LANGUAGES


@given(
    header=st.lists(st.sampled_from(["en", "zh", "*", "q=", ";q=0.5", "0.", "-", ""])).map(",".join)
)
def test_pieces_of_headers_yield_a_language(header: str) -> None:
    assert choose_language(header, "zh") in LANGUAGES
