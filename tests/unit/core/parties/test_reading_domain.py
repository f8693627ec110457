"""From lines with places to fields, without any recognition."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.core.parties.test_profiles_domain import id_number
from tongbao.core.parties.domain import reading
from tongbao.core.parties.domain.ethnicities import ETHNICITIES, ethnicity_of
from tongbao.core.parties.gateways.pictures import on_its_side
from tongbao.infra.ocr import TextLine

NUMBER = id_number()
USCC = "91110000600037341L"


@dataclass(frozen=True)
class Line:
    text: str
    left: int
    y: int
    score: int = 99
    height: int = 40


FRONT = [
    Line("姓名", 60, 80),
    Line("欧阳晓蕾", 160, 84),
    Line("性别 男", 60, 160),
    Line("民族漢", 320, 160),
    Line("出生", 60, 240),
    Line("1990 年 3 月 7 日", 160, 238),
    Line("住址", 60, 320),
    Line("浙江省杭州市西湖区文三路", 160, 322),
    Line("公民身份号码", 60, 560),
    Line(NUMBER, 320, 560),
]
BACK = [
    Line("中华人民共和国", 380, 100),
    Line("签发机关 杭州市公安局西湖分局", 240, 470),
    Line("有效期限", 240, 550),
    Line("2020.06.01-2040.06.01", 400, 550),
]
LICENCE = [
    Line("营业执照", 470, 100),
    Line("统一社会信用代码", 80, 200),
    Line(USCC, 80, 250),
    Line("名", 80, 345),
    Line("称", 150, 345),
    Line("杭州云帆贸易有限公司", 250, 345),
    Line("注册资本", 760, 345),
    Line("伍佰万元整", 930, 345),
    Line("类型", 80, 435),
    Line("有限责任公司(自然人投资或控股)", 250, 435),
    Line("法定代表人 李雷", 80, 525),
    Line("成立日期 2016年05月18日", 760, 525),
]


def without(lines: list[Line], text: str) -> list[Line]:
    return [line for line in lines if not line.text.startswith(text)]


def test_the_side_with_the_portrait() -> None:
    assert reading.read_card_front(FRONT) == {
        "name": "欧阳晓蕾",
        "sex": "male",
        "ethnicity": "汉",
        "born_on": "1990-03-07",
        "number": NUMBER,
    }


def test_the_side_with_the_emblem() -> None:
    expected = {
        "issuing_authority": "杭州市公安局西湖分局",
        "valid_from": "2020-06-01",
        "valid_until": "2040-06-01",
    }
    assert reading.read_card_back(BACK) == expected
    lasting = [*without(BACK, "2020"), Line("2020.06.01 - 长期", 400, 550)]
    assert reading.read_card_back(lasting)["valid_until"] == reading.LONG_TERM


def test_a_licence_with_labels_apart() -> None:
    assert reading.read_licence(LICENCE) == {
        "registration_number": USCC,
        "name": "杭州云帆贸易有限公司",
        "legal_representative": "李雷",
        "founded_on": "2016-05-18",
        "legal_form": "有限责任公司(自然人投资或控股)",
    }


def test_a_sole_traders_licence_names_its_operator() -> None:
    lines = [*without(LICENCE, "法定代表人"), Line("经营者", 80, 525), Line("韩梅梅", 250, 525)]
    assert reading.read_licence(lines)["legal_representative"] == "韩梅梅"


@pytest.mark.parametrize("wrong", ["330106199003071111", NUMBER[:-1], NUMBER + "1", "1" * 18])
def test_a_number_without_its_check_digit_is_not_read(wrong: str) -> None:
    lines = [*without(FRONT, NUMBER), Line(wrong, 320, 560)]
    assert "number" not in reading.read_card_front(lines)


def test_letters_read_for_digits_are_put_right_when_the_check_digit_agrees() -> None:
    misread = NUMBER.replace("0", "O").replace("1", "l")
    lines = [*without(FRONT, NUMBER), Line(misread, 320, 560)]
    assert reading.read_card_front(lines)["number"] == NUMBER
    code = [*without(LICENCE, USCC), Line(USCC.replace("0", "O").lower(), 80, 250)]
    assert reading.read_licence(code)["registration_number"] == USCC


@pytest.mark.parametrize(
    ("label", "text"),
    [("性别", "性别 女"), ("1990", "1990 年 3 月 1 日"), ("1990", "1980年3月7日")],
)
def test_a_number_that_says_something_else_than_the_card_is_left_out(label: str, text: str) -> None:
    """A check digit alone lets one of eleven wrong readings pass."""
    (beside,) = [each for each in FRONT if each.text.startswith(label)]
    lines = [*without(FRONT, beside.text), Line(text, beside.left, beside.y)]
    read = reading.read_card_front(lines)
    assert "number" not in read
    assert read["name"] == "欧阳晓蕾"


def test_of_all_readings_with_two_digits_wrong_only_those_that_agree_are_believed() -> None:
    """Of those whose check digit fits by chance, the birth date and the sex refuse most."""
    believed = 0
    for first in range(17):
        for second in range(first):
            digits = list(NUMBER)
            for place in (first, second):
                digits[place] = str((int(digits[place]) + 3) % 10)
            lines = [*without(FRONT, NUMBER), Line("".join(digits), 320, 560)]
            read = reading.read_card_front(lines).get("number")
            assert read in {None, "".join(digits)}
            if read is not None:
                believed += 1
                assert (read[6:14], int(read[16]) % 2) == (NUMBER[6:14], int(NUMBER[16]) % 2)
    assert believed < 3


def test_what_is_not_sure_is_left_out() -> None:
    doubtful = [Line(each.text, each.left, each.y, score=59) for each in FRONT]
    assert reading.read_card_front(doubtful) == {}


@pytest.mark.parametrize(
    ("text", "place"), [("1990 年 13 月 7 日", 238), ("1990 年 2 月 31 日", 238), ("1990年", 238)]
)
def test_a_date_that_is_none_is_left_out(text: str, place: int) -> None:
    lines = [*without(FRONT, "1990"), Line(text, 160, place)]
    assert "born_on" not in reading.read_card_front(lines)


def test_the_value_of_another_row_is_not_taken() -> None:
    lines = [*without(FRONT, "欧阳"), Line("欧阳晓蕾", 160, 120)]
    assert "name" not in reading.read_card_front(lines)


def test_a_number_is_no_name_of_a_firm() -> None:
    lines = [Line("名称", 80, 345), Line(USCC, 250, 345)]
    assert "name" not in reading.read_licence(lines)


@given(
    st.lists(
        st.tuples(st.text(max_size=30), st.integers(0, 2_000), st.integers(0, 2_000)), max_size=30
    )
)
def test_any_lines_give_fields_or_nothing(made: list[tuple[str, int, int]]) -> None:
    lines = [Line(*each) for each in made]
    for read in (reading.read_card_front, reading.read_card_back, reading.read_licence):
        assert all(value for value in read(lines).values())


@given(st.permutations(FRONT + BACK))
def test_the_order_of_lines_does_not_matter(lines: list[Line]) -> None:
    assert reading.read_card_front(lines) == reading.read_card_front(FRONT)


def test_there_are_fifty_six_ethnic_groups() -> None:
    assert len(ETHNICITIES) == 56
    for text, group in (("漢", "汉"), ("维吾尔族", "维吾尔"), ("維吾爾", "维吾尔"), ("回族", "回")):
        assert ethnicity_of(text) == group
    assert ethnicity_of("仙") is None
    assert all(ethnicity_of(each) == each for each in ETHNICITIES)


def test_a_picture_on_its_side_is_noticed() -> None:
    flat = TextLine("公民身份号码", 99, 100, 100, 300, 40)
    tall = TextLine("公民身份号码", 99, 100, 100, 40, 300)
    short = TextLine("女", 99, 100, 100, 38, 40)
    assert on_its_side([tall, tall, flat, short])
    assert not on_its_side([flat, flat, tall, short, short])
    assert not on_its_side([])
