"""`python -m tongbao_sandbox`: the outside world on a port of its own."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tongbao_sandbox import firms
from tongbao_sandbox.main import TOKEN_DEFAULT, create_app
from tongbao_sandbox.server import serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the sandbox until interrupted.

    Return 2 if what it is given cannot be served.
    """
    options = _parser().parse_args(arguments)
    if (options.invoices is None) != (options.enterprises is None):
        return _complain("--invoices and --enterprises are given together / 两个文件须同时给出")
    try:
        book = firms.load(
            invoices=options.invoices,
            enterprises=options.enterprises,
            seed=options.seed,
            count=options.firms,
            as_of=options.as_of,
        )
    except (firms.BadInputFile, ValueError) as error:
        return _complain(str(error))
    token = os.environ.get("TONGBAO_SANDBOX_TOKEN", TOKEN_DEFAULT)
    print(  # noqa: T201  (what the person who started it wants to know)
        f"sandbox: {len(book.firms)} firms, http://{options.host}:{options.port}", flush=True
    )
    try:
        serve(create_app(book=book, token=token), host=options.host, port=options.port)
    except OSError as error:
        return _complain(f"cannot listen on {options.host}:{options.port}: {error}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tongbao_sandbox",
        description="The outside world for demo and tests: a tax office with made-up firms, "
        "or with the firms of two files. Its token is TONGBAO_SANDBOX_TOKEN.",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--invoices", type=Path, metavar="PATH", help=".parquet or .csv")
    parser.add_argument("--enterprises", type=Path, metavar="PATH", help=".parquet or .csv")
    parser.add_argument("--seed", type=int, default=firms.SEED_DEFAULT, metavar="N")
    parser.add_argument("--firms", type=int, default=firms.COUNT_DEFAULT, metavar="N")
    parser.add_argument(
        "--as-of",
        type=date.fromisoformat,
        default=firms.AS_OF_DEFAULT,
        metavar="YYYY-MM-DD",
        help="last day of the made-up invoices",
    )
    return parser


def _complain(message: str) -> int:
    print(message, file=sys.stderr)  # noqa: T201
    return 2


if __name__ == "__main__":
    sys.exit(main())
