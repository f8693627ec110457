"""What can go wrong with the embedded database."""

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class EmbeddedPostgresFailed(TongbaoError):
    """The server could not be installed, started or reached."""

    code = "postgres.failed"
    kind = Kind.UNAVAILABLE
    title = Text(zh="内置数据库无法使用", en="The embedded database cannot be used")
    detail = Text(zh="内置数据库无法使用：{reason}", en="The embedded database failed: {reason}")


class DataFolderUnreachable(TongbaoError):
    """Root asked for a data folder that the unprivileged server cannot reach."""

    code = "postgres.data_folder_unreachable"
    kind = Kind.UNAVAILABLE
    title = Text(zh="数据目录不可访问", en="The data folder cannot be reached")
    detail = Text(
        zh=(
            "以 root 启动时，数据库以普通用户 {user} 运行，无法进入 {parent}。"
            "请改用普通用户，或将 TONGBAO_DATA_DIR 设为公共目录（例如 /var/lib/tongbao）。"
        ),
        en=(
            "Started by root, the database runs as the user {user}, who may not enter {parent}. "
            "Start as an ordinary user, or set TONGBAO_DATA_DIR to a folder outside a private "
            "home, for instance /var/lib/tongbao."
        ),
    )
