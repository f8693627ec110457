"""What can be wrong with keys and with what they sealed."""

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class FieldKeyUnusable(TongbaoError):
    """Where the keys of encrypted fields should be is nothing, or something else."""

    code = "crypto.key_unusable"
    kind = Kind.UNAVAILABLE
    title = Text(zh="字段加密密钥不可用", en="The key of encrypted fields cannot be used")
    detail = Text(zh="密钥来源 {path}：{why}", en="Keys from {path}: {why}")


class FieldKeyLost(TongbaoError):
    """The database holds keys that are wrapped under a key which this process was not given."""

    code = "crypto.key_lost"
    kind = Kind.UNAVAILABLE
    title = Text(zh="缺少字段加密密钥", en="A key of encrypted fields is missing")
    detail = Text(
        zh="数据库需要密钥 {needed}，本进程只有 {given}。请恢复正确的密钥文件，切勿新建。",
        en=(
            "The database needs the keys {needed}; this process was given {given}."
            " Bring back the right keys; do not make new ones."
        ),
    )


class Erased(TongbaoError):
    """The owner's record key was destroyed: what it sealed cannot be read by anybody."""

    code = "crypto.erased"
    kind = Kind.NOT_FOUND
    title = Text(zh="数据已删除", en="The data were erased")
    detail = Text(zh="该主体的数据密钥已销毁。", en="The key of this owner's data was destroyed.")


class SealBroken(Exception):
    """A sealed value was changed, moved to another place, or sealed with another key.

    No refusal a caller could do anything about: it is for the operators.
    """
