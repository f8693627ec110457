"""What logs must never show."""

import json
import logging

import pytest
import structlog

from tongbao.infra import log
from tongbao.infra.settings import Settings


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("id 330102199003071234 ok", "id 3301**********1234 ok"),
        ("id 33010219900307123X ok", "id 3301**********123X ok"),
        ("uscc 91330106MA2CFT1X3P.", "uscc 9133**********1X3P."),
        ("card 6222021234567890123 done", "card 6222********0123 done"),
        ("call 13812345678 now", "call 138****5678 now"),
        ("to li.ming@example.com", "to l***@example.com"),
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer ***"),
        ("postgresql://app:s3cret@db/tongbao", "postgresql://app:***@db/tongbao"),
        ("?token=abc&x=1", "?token=***&x=1"),
        ("order 2026112100001", "order 2026112100001"),
    ],
)
def test_values_are_masked_by_their_shape(said: str, shown: str) -> None:
    assert log.mask_text(said) == shown


@pytest.mark.parametrize(
    "key", ["password", "new_password", "Authorization", "access_token", "set-cookie", "pin"]
)
def test_values_are_hidden_by_their_name(key: str) -> None:
    assert log.mask(key, "x") == "***"
    assert log.mask("outer", {"inner": [{key: "x", "fine": "y"}]}) == {
        "inner": [{key: "***", "fine": "y"}]
    }


def test_a_cycle_or_a_deep_value_ends() -> None:
    deep: list[object] = []
    deep.append(deep)
    assert "***" in json.dumps(log.mask("deep", deep))


def test_lines_cannot_be_forged_and_libraries_are_masked_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.configure(Settings(log_format="json"))
    try:
        structlog.stdlib.get_logger("a").info(
            "seen", value='x\n{"event": "forged"}', phone="13812345678"
        )
        logging.getLogger("library").warning("id %s\nforged", "330102199003071234")
        try:
            raise ValueError("13812345678")  # noqa: TRY301
        except ValueError:
            structlog.stdlib.get_logger("a").exception("failed")
    finally:
        structlog.reset_defaults()
        logging.getLogger().handlers.clear()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == ["seen", "id 3301**********1234\\nforged", "failed"]
    assert lines[0]["phone"] == "138****5678"
    assert "138****5678" in lines[2]["exception"]
