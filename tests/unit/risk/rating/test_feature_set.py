"""The declared features: complete, in two languages, and without the outcome."""

from tests.unit.risk.rating.conftest import AS_OF
from tongbao.lib.scorecard import Direction
from tongbao.risk.rating.domain.feature_set import SCORED
from tongbao.risk.rating.service import FEATURE_SET, FEATURES, InvoiceTable, features


def test_what_is_declared_is_what_is_computed() -> None:
    codes = [feature.code for feature in FEATURES]
    assert codes == list(features(InvoiceTable.empty(), as_of=AS_OF))
    assert len(codes) == len(set(codes)) >= 15
    assert FEATURE_SET == "vat-invoices/1"


def test_every_feature_is_named_and_described_in_both_languages() -> None:
    for feature in FEATURES:
        for text in (feature.name, feature.description):
            assert text.en.isascii()
            assert text.en.strip()
            assert any("\u4e00" <= character <= "\u9fff" for character in text.zh)
    for language in ("zh", "en"):
        names = {getattr(feature.name, language) for feature in FEATURES}
        assert len(names) == len(FEATURES)


def test_what_tells_that_a_firm_has_fallen_silent_is_not_scored() -> None:
    scored = {feature.code for feature in SCORED}
    assert {feature.code for feature in FEATURES} - scored == {
        "days_since_last_sale",
        "sales_growth_half_year",
        "sales_growth_year",
    }
    assert len(scored) >= 15


def test_no_feature_speaks_of_the_outcome() -> None:
    words = ("rating", "default", "grade", "评级", "违约", "等级")
    for feature in FEATURES:
        said = f"{feature.code} {feature.name} {feature.description}".lower()
        assert not any(word in said for word in words)


def test_size_is_expected_to_help_and_irregularity_to_harm() -> None:
    direction = {feature.code: feature.direction for feature in FEATURES}
    assert direction["sales_total"] is Direction.HIGHER_IS_BETTER
    assert direction["void_share"] is Direction.LOWER_IS_BETTER
    assert direction["margin"] is Direction.EITHER
