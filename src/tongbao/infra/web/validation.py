"""What pydantic found wrong, in words of both languages and with a pointer to the place.

pydantic's own English text is the fallback for types that are not listed; the input itself is
never repeated, it may be somebody's secret.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tongbao.kernel.text import Language, Text

ERRORS_MAX: Final = 100

_MESSAGES: Final[Mapping[str, Text]] = {
    "missing": Text(zh="此项必填", en="This is required"),
    "extra_forbidden": Text(zh="不认识此项", en="There is no such member"),
    "json_invalid": Text(zh="不是有效的 JSON", en="Not valid JSON"),
    "json_type": Text(zh="应为 JSON 文本", en="Must be a JSON text"),
    "none_required": Text(zh="须为空（null）", en="Must be null"),
    # text
    "string_type": Text(zh="应为字符串", en="Must be a string"),
    "string_too_short": Text(
        zh="至少 {min_length} 个字符", en="Must have at least {min_length} characters"
    ),
    "string_too_long": Text(
        zh="最多 {max_length} 个字符", en="Must have at most {max_length} characters"
    ),
    "string_pattern_mismatch": Text(
        zh="须符合格式 {pattern}", en="Must match the pattern {pattern}"
    ),
    "string_unicode": Text(zh="不是有效的 Unicode 文本", en="Not valid Unicode text"),
    "enum": Text(zh="须为下列之一：{expected}", en="Must be one of {expected}"),
    "literal_error": Text(zh="须为下列之一：{expected}", en="Must be one of {expected}"),
    # numbers
    "int_type": Text(zh="应为整数", en="Must be an integer"),
    "int_parsing": Text(zh="应为整数", en="Must be an integer"),
    "int_parsing_size": Text(zh="整数过大", en="The integer is too large"),
    "int_from_float": Text(zh="应为整数，不能有小数", en="Must be an integer without a fraction"),
    "float_type": Text(zh="应为数字", en="Must be a number"),
    "float_parsing": Text(zh="应为数字", en="Must be a number"),
    "finite_number": Text(zh="应为有限的数字", en="Must be a finite number"),
    "decimal_type": Text(zh="应为十进制数", en="Must be a decimal number"),
    "decimal_parsing": Text(zh="应为十进制数", en="Must be a decimal number"),
    "decimal_max_digits": Text(
        zh="最多 {max_digits} 位数字", en="Must have at most {max_digits} digits"
    ),
    "decimal_max_places": Text(
        zh="最多 {decimal_places} 位小数", en="Must have at most {decimal_places} decimals"
    ),
    "greater_than": Text(zh="须大于 {gt}", en="Must be greater than {gt}"),
    "greater_than_equal": Text(zh="不得小于 {ge}", en="Must be at least {ge}"),
    "less_than": Text(zh="须小于 {lt}", en="Must be less than {lt}"),
    "less_than_equal": Text(zh="不得大于 {le}", en="Must be at most {le}"),
    "multiple_of": Text(zh="须为 {multiple_of} 的倍数", en="Must be a multiple of {multiple_of}"),
    "bool_type": Text(zh="应为 true 或 false", en="Must be true or false"),
    "bool_parsing": Text(zh="应为 true 或 false", en="Must be true or false"),
    # ids, dates and times
    "uuid_type": Text(zh="应为 UUID", en="Must be a UUID"),
    "uuid_parsing": Text(zh="应为 UUID", en="Must be a UUID"),
    "uuid_version": Text(
        zh="应为第 {expected_version} 版 UUID", en="Must be a UUID of version {expected_version}"
    ),
    "date_type": Text(zh="应为日期，如 2026-01-31", en="Must be a date such as 2026-01-31"),
    "date_parsing": Text(zh="应为日期，如 2026-01-31", en="Must be a date such as 2026-01-31"),
    "date_from_datetime_parsing": Text(
        zh="应为日期，如 2026-01-31", en="Must be a date such as 2026-01-31"
    ),
    "date_from_datetime_inexact": Text(zh="应为日期，不带时间", en="Must be a date without a time"),
    "datetime_type": Text(
        zh="应为时间，如 2026-01-31T09:30:00Z",
        en="Must be a time such as 2026-01-31T09:30:00Z",
    ),
    "datetime_parsing": Text(
        zh="应为时间，如 2026-01-31T09:30:00Z",
        en="Must be a time such as 2026-01-31T09:30:00Z",
    ),
    "datetime_from_date_parsing": Text(
        zh="应为时间，如 2026-01-31T09:30:00Z",
        en="Must be a time such as 2026-01-31T09:30:00Z",
    ),
    "datetime_object_invalid": Text(zh="不是有效的时间", en="Not a valid time"),
    "timezone_aware": Text(zh="时间须带时区", en="The time needs a time zone"),
    "timezone_naive": Text(zh="时间不得带时区", en="The time must not have a time zone"),
    # shapes
    "list_type": Text(zh="应为数组", en="Must be an array"),
    "dict_type": Text(zh="应为对象", en="Must be an object"),
    "model_type": Text(zh="应为对象", en="Must be an object"),
    "model_attributes_type": Text(zh="应为对象", en="Must be an object"),
    "too_short": Text(zh="至少 {min_length} 项", en="Must have at least {min_length} items"),
    "too_long": Text(zh="最多 {max_length} 项", en="Must have at most {max_length} items"),
    "union_tag_invalid": Text(
        zh="{discriminator} 须为下列之一：{expected_tags}",
        en="{discriminator} must be one of {expected_tags}",
    ),
    "union_tag_not_found": Text(
        zh="缺少用于区分类型的 {discriminator}", en="The discriminator {discriminator} is missing"
    ),
    "bytes_type": Text(zh="应为字节串", en="Must be bytes"),
    "url_parsing": Text(zh="不是有效的网址", en="Not a valid URL"),
    "url_scheme": Text(
        zh="网址须以 {expected_schemes} 开头", en="The URL must begin with {expected_schemes}"
    ),
}
_FALLBACK_ZH: Final = "不符合要求：{message}"


class _Places(dict[str, Any]):
    """Fill a place nobody supplied with an ellipsis rather than fail."""

    def __missing__(self, key: str) -> str:
        return "…"


def _escape(step: object) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")


def _message(error: Mapping[str, Any], language: Language) -> str:
    cause = error.get("ctx", {}).get("error")
    said = getattr(cause, "say", None)  # a TongbaoError raised inside a validator
    if callable(said):
        return str(said(language))
    text = _MESSAGES.get(error["type"])
    if text is not None:
        template = text.zh if language == "zh" else text.en
        return template.format_map(_Places(error.get("ctx", {})))
    message = str(error.get("msg", error["type"])).removeprefix("Value error, ")
    return _FALLBACK_ZH.format(message=message) if language == "zh" else message


def describe(errors: Sequence[Any], language: Language) -> list[dict[str, str]]:
    """Return `location`, `pointer`, `code` and `detail` of each error, at most 100 of them."""
    described = []
    for error in errors[:ERRORS_MAX]:
        location, *path = error["loc"] or ("body",)
        described.append(
            {
                "location": str(location),
                "pointer": "".join(f"/{_escape(step)}" for step in path),
                "code": error["type"],
                "detail": _message(error, language),
            }
        )
    return described
