"""The firms the outside world knows, with their invoices: from files or made up.

Used by the tax office's API and, without HTTP, by training and demo code::

    book = firms.load(invoices="invoices.parquet", enterprises="enterprises.csv")
    for firm in book.firms:
        columns = book.invoices(firm.code)
"""

from datetime import date
from pathlib import Path

from tongbao_sandbox.book import Firm, FirmBook
from tongbao_sandbox.errors import BadInputFile
from tongbao_sandbox.invoices import Invoices
from tongbao_sandbox.synthetic.source import SyntheticSource

__all__ = ["BadInputFile", "Firm", "FirmBook", "Invoices", "load"]

SEED_DEFAULT = 20_261_031
COUNT_DEFAULT = 300
AS_OF_DEFAULT = date(2026, 10, 31)


def load(
    *,
    invoices: Path | str | None = None,
    enterprises: Path | str | None = None,
    seed: int = SEED_DEFAULT,
    count: int = COUNT_DEFAULT,
    as_of: date = AS_OF_DEFAULT,
) -> FirmBook:
    """Return the firms of two files, or `count` made-up firms if no files are given.

    Made-up firms are the same for the same `seed`, `count` and `as_of`, the last day of their
    36 months. Raises BadInputFile if the files cannot be served, ValueError if only one is
    given or a number is out of bounds.
    """
    if invoices is not None and enterprises is not None:
        # Not before it is needed: DuckDB takes 12 MiB, and the API imports the names of firms only.
        from tongbao_sandbox.files import FileSource  # noqa: PLC0415

        return FirmBook(FileSource(Path(invoices), Path(enterprises)))
    if invoices is not None or enterprises is not None:
        msg = "invoices and enterprises are given together or not at all"
        raise ValueError(msg)
    return FirmBook(SyntheticSource(seed=seed, count=count, as_of=as_of))
