"""Who may open a firm, and how many at a time."""

from typing import Final

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

UNPROVEN_MAX: Final = 3
"""Firms of one user whose papers nobody has approved yet: more would only keep numbers taken."""

SHARE_WITHOUT_OTHERS: Final = 7_500
"""Above this share, in basis points, nobody else can hold the quarter of a beneficial owner."""


class NotIdentified(TongbaoError):
    """A firm is opened by a person whose identity has been checked."""

    code = "identity.not_identified"
    kind = Kind.CONFLICT
    title = Text(zh="请先核实您本人的身份", en="Verify your own identity first")
    detail = Text(
        zh="企业由身份已核实的法定代表人开通",
        en="A firm is opened by its legal representative, once their identity is verified",
    )


class TooManyUnproven(TongbaoError):
    """Others wait for their papers still."""

    code = "identity.too_many_unproven"
    kind = Kind.CONFLICT
    title = Text(zh="请先完成已开通企业的核实", en="Verify the firms you have opened first")
    detail = Text(
        zh="同时最多有 {count_max} 家企业尚未核实",
        en="At most {count_max} firms can be unverified at a time",
    )
