"""What processes tell each other about limits."""

from sqlalchemy import BigInteger, CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class LimitRow(Base):
    """How far one subject is ahead, in microseconds since 1970.

    The table is UNLOGGED: nothing of it reaches the write-ahead log, and a crash of the server
    empties it, which forgives everybody once. Keys are hashes, never addresses.
    """

    __tablename__ = "infra_flow_limit"
    __data__ = Declared(
        technical=("key", "number_us"),
        keep=Keep.SHORT,
    )
    __table_args__ = (
        CheckConstraint("octet_length(key) = 16", name="key_length"),
        {"prefixes": ["UNLOGGED"]},
    )

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    number_us: Mapped[int] = mapped_column(BigInteger)
