"""What movements are called, and which are of one sort."""

import pytest

from tongbao.core.accounts.domain.categories import (
    NAMES,
    EntryCategory,
    category_of,
    entry_words,
)
from tongbao.core.accounts.domain.filtering import EntryFilter


@pytest.mark.parametrize(
    ("type_", "category"),
    [
        ("payments.transfer", EntryCategory.TRANSFER),
        ("lending.disbursement", EntryCategory.LOAN),
        ("accounts.interest", EntryCategory.INTEREST),
        ("deposits.interest", EntryCategory.INTEREST),
        ("deposits.opening", EntryCategory.DEPOSIT),
        ("payments.fee", EntryCategory.FEE),
        ("ledger.reversal", EntryCategory.REVERSAL),
        ("cash_deposit", EntryCategory.CASH),
        ("something.else", EntryCategory.OTHER),
        ("", EntryCategory.OTHER),
    ],
)
def test_a_type_is_recognised_by_its_words(type_: str, category: EntryCategory) -> None:
    assert category_of(type_) is category


def test_every_sort_has_words_both_ways_in_both_languages() -> None:
    for category in EntryCategory:
        assert NAMES[category].zh != NAMES[category].en
    assert entry_words("payments.transfer", "credit").zh == "转入"
    assert entry_words("payments.transfer", "debit").en == "Transfer out"
    assert entry_words("payments.transfer", "debit", reversal=True).zh == "冲正扣回"
    assert entry_words("accounts.deduction", "debit").zh == "司法扣划"


def test_a_filter_looks_in_every_text_whatever_its_case() -> None:
    wanted = EntryFilter(text="ACME")
    assert wanted.wants(EntryCategory.TRANSFER, [None, "Acme Ltd"])
    assert not wanted.wants(EntryCategory.TRANSFER, [None, "Other"])
    assert EntryFilter(text="利息").wants(EntryCategory.INTEREST, [])
    assert not EntryFilter(category=EntryCategory.FEE).wants(EntryCategory.LOAN, ["fee"])
