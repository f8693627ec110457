"""The catalogue: every text renders in both languages, says what it may, and no more."""

import re
from collections.abc import Iterator

import pytest

from tongbao.engagement.notices.domain import Category, Notice, find_notice, notice, notices
from tongbao.engagement.notices.domain import places as places_of
from tongbao.engagement.notices.domain.places import ACCOUNT, AMOUNT, MOMENT, PERCENT, Place
from tongbao.engagement.notices.service import Channel, consumer
from tongbao.engagement.notices.service.declaring import declared
from tongbao.engagement.notices.service.sending import email_of, sms_of, subject_of, template_of
from tongbao.kernel.events import Event
from tongbao.kernel.money import Money
from tongbao.kernel.text import Language, Text

LANGUAGES: tuple[Language, ...] = ("zh", "en")
SMS_LENGTH_MAX = 70  # of Chinese: one message and not two
ENGLISH_SMS_LENGTH_MAX = 160
ours = pytest.mark.parametrize(
    "one", [each for each in notices() if not each.code.startswith("tests.")], ids=lambda n: n.code
)


def samples(one: Notice) -> dict[str, object]:
    return {name: place.sample for name, place in one.places.items()}


def texts(one: Notice) -> Iterator[str]:
    """Everything a notice can say."""
    kept = one.keep(samples(one))
    for language in LANGUAGES:
        said = one.say(kept, language)
        yield from (said.title, said.body, said.link or "")
        words = one.words(kept, language)
        for text in (subject_of(one), email_of(one), sms_of(one)):
            yield text.say(language, **words)


def test_there_is_something_to_tell() -> None:
    assert len(notices()) > 20
    assert {each.category for each in notices()} >= set(Category) - {Category.DEPOSITS}
    assert consumer().handles.keys() == declared().keys()
    assert consumer().start == "now"
    assert all(Event.registry[event.type] is event for event in declared())


@ours
def test_every_text_renders_in_both_languages(one: Notice) -> None:
    for text in texts(one):
        assert "{" not in text
        assert "None" not in text
    kept = one.keep(samples(one))
    chinese, english = (one.say(kept, language) for language in LANGUAGES)
    assert chinese.title
    assert chinese.body
    assert english.title != chinese.title
    assert english.body.isascii() or re.search("[A-Za-z]", english.body)
    assert not re.search("[\u4e00-\u9fff]", english.title + english.body)
    assert re.search("[\u4e00-\u9fff]", chinese.title + chinese.body)
    assert chinese.link is None or chinese.link.startswith("/")


@ours
def test_an_sms_is_one_sms(one: Notice) -> None:
    kept = one.keep(samples(one))
    assert len(sms_of(one).say("zh", **one.words(kept, "zh"))) <= SMS_LENGTH_MAX
    assert len(sms_of(one).say("en", **one.words(kept, "en"))) <= ENGLISH_SMS_LENGTH_MAX


@ours
def test_a_place_left_empty_fails(one: Notice) -> None:
    whole = samples(one)
    for missing in whole:
        rest = {name: value for name, value in whole.items() if name != missing}
        with pytest.raises(ValueError, match=missing):
            one.keep(rest)
    with pytest.raises(ValueError, match="unasked"):
        one.keep({**whole, "unasked": 1})
    kept = one.keep(whole)
    for missing in kept:
        rest = {name: value for name, value in kept.items() if name != missing}
        with pytest.raises(KeyError):
            one.say(rest, "zh")


@ours
def test_no_text_shows_a_whole_number(one: Notice) -> None:
    whole = str(ACCOUNT.sample)
    kept = str(one.keep(samples(one)))
    for text in (kept, *texts(one)):
        assert whole not in text
        assert whole[4:-4] not in text
    if ACCOUNT in one.places.values():
        assert whole[-4:] in kept


@ours
def test_what_is_sent_has_the_places_of_its_text(one: Notice) -> None:
    kept = one.keep(samples(one))
    for channel in Channel:
        template = template_of(one, channel)
        assert not template.secrets
        for language in LANGUAGES:
            words = one.words(kept, language)
            subject, body = template.render(language, {n: words[n] for n in template.facts})
            assert "{" not in subject + body
            assert "通宝" in subject if language == "zh" else "Tongbao" in subject


def test_amounts_are_said_as_people_read_them() -> None:
    for amount, said in (
        (Money(123_456_789, "CNY"), "¥1,234,567.89"),
        (Money(5, "CNY"), "¥0.05"),
        (Money(100_000, "USD"), "USD 1,000.00"),
        (Money(1_234_567, "JPY"), "JPY 1,234,567"),
    ):
        assert AMOUNT.say(AMOUNT.keep(amount), "zh") == said
    assert PERCENT.say(PERCENT.keep(PERCENT.sample), "en") == "4.35%"
    assert MOMENT.say(MOMENT.keep(MOMENT.sample), "en") == "2026-11-22 09:30"
    assert ACCOUNT.keep("12345678") == "***", "what is no account's number is hidden whole"


def test_every_kind_of_place_has_a_sample_that_it_can_say() -> None:
    found = [each for each in vars(places_of).values() if isinstance(each, Place)]
    assert len(found) >= 7
    for place in found:
        for language in LANGUAGES:
            assert place.say(place.keep(place.sample), language)


def declare(code: str, *, zh: str = "甲", en: str = "A", version: int = 1) -> Notice:
    return notice(
        code,
        category=Category.SERVICE,
        places={"amount": AMOUNT},
        title=Text(zh=zh, en=en),
        body=Text(zh="乙", en="B"),
        sms=Text(zh="丙", en="C"),
        version=version,
    )


def test_a_notice_that_contradicts_itself_is_not_declared() -> None:
    with pytest.raises(ValueError, match="different places"):
        declare("tests.uneven", zh="{amount}")
    with pytest.raises(ValueError, match="not declared"):
        declare("tests.unknown_place", zh="{who}", en="{who}")
    first = declare("tests.twice")
    with pytest.raises(ValueError, match="two notices"):
        declare("tests.twice", zh="别的", en="other")
    assert find_notice("tests.twice", 1) is first
    assert declare("tests.twice", version=2).version == 2
