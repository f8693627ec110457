"""What the audit trail refuses."""

from typing import Final

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class EntryNotFound(TongbaoError):
    """No entry has this number, or it was retired."""

    code = "audit.entry_not_found"
    kind = Kind.NOT_FOUND
    title = Text(zh="没有该审计记录", en="Audit entry not found")
    detail = Text(
        zh="没有编号为 {seq} 的审计记录，或其保存期已满。",
        en="There is no entry {seq}, or its time of keeping is over.",
    )


class CheckpointNotFound(TongbaoError):
    """No checkpoint was signed at this size, or none at all yet."""

    code = "audit.checkpoint_not_found"
    kind = Kind.NOT_FOUND
    title = Text(zh="没有该检查点", en="Checkpoint not found")
    detail = Text(
        zh="审计记录没有大小为 {tree_size} 的已签名检查点。",
        en="No checkpoint of the audit trail was signed at size {tree_size}.",
    )


class NotInTree(TongbaoError):
    """The entry was made after the checkpoint that was asked about."""

    code = "audit.not_in_tree"
    kind = Kind.NOT_FOUND
    title = Text(zh="审计记录尚未列入检查点", en="Not in the tree yet")
    detail = Text(
        zh="审计记录 {seq} 晚于大小为 {tree_size} 的检查点，请稍后再试。",
        en="Entry {seq} is later than the checkpoint of size {tree_size}.",
    )


class TreeDamaged(TongbaoError):
    """What is stored contradicts a signed checkpoint; the verifier names the rows."""

    code = "audit.tree_damaged"
    kind = Kind.REFUSED
    title = Text(zh="审计记录与已签名检查点不符", en="The trail contradicts a signed checkpoint")
    detail = Text(
        zh="审计记录与大小为 {tree_size} 的已签名检查点不符，请运行 tongbao verify。",
        en="The trail contradicts the signed checkpoint of size {tree_size}; run tongbao verify.",
    )


class SizesOutOfOrder(TongbaoError):
    """A proof of consistency leads from an older, smaller tree to a newer one."""

    code = "audit.sizes_out_of_order"
    kind = Kind.INVALID
    title = Text(zh="检查点顺序颠倒", en="Checkpoints out of order")
    detail = Text(
        zh="起始大小 {old_size} 大于终止大小 {new_size}。",
        en="The older size {old_size} is larger than the newer size {new_size}.",
    )


UNCOVERED: Final = Text(zh="没有检查点覆盖它", en="no checkpoint covers it")
TOO_YOUNG: Final = Text(zh="覆盖它的检查点尚未期满", en="its checkpoint is too young")


class NotRetirable(TongbaoError):
    """Entries cannot go: no checkpoint covers them, a young one does, or one was changed."""

    code = "audit.not_retirable"
    kind = Kind.REFUSED
    title = Text(zh="审计记录不能清退", en="These entries cannot be retired")
    detail = Text(zh="月分区 {month} 不能清退：{why}", en="Month {month} cannot be retired: {why}")


class AlertNotFound(TongbaoError):
    """No alert has this id."""

    code = "audit.alert_not_found"
    kind = Kind.NOT_FOUND
    title = Text(zh="没有该告警", en="Alert not found")


class AlertClosed(TongbaoError):
    """The alert has its finding already."""

    code = "audit.alert_closed"
    kind = Kind.CONFLICT
    title = Text(zh="告警已处理", en="The alert is closed already")


class TooManyEntries(TongbaoError):
    """An export would be larger than one file shall be."""

    code = "audit.too_many_entries"
    kind = Kind.REFUSED
    title = Text(zh="导出条数过多", en="Too many entries for one file")
    detail = Text(
        zh="符合条件的审计记录超过 {most} 条，请缩小范围。",
        en="More than {most} entries match; narrow the search.",
    )
