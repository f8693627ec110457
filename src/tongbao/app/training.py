"""Training the scorecard on the firms of the sandbox or of two files."""

import asyncio
from collections.abc import Callable

from tongbao.infra.db import Database
from tongbao.kernel.clock import now
from tongbao.lib.scorecard import Estimate
from tongbao.risk.rating import service as rating
from tongbao_sandbox.firms import FirmBook


def samples_of(book: FirmBook) -> list[rating.Sample]:
    """Return the labelled firms of a book with their features, as of the end of its period."""
    as_of = book.period[1]
    return [
        rating.Sample(
            code=firm.code,
            features=rating.features(table_of(book, firm.code), as_of=as_of),
            defaulted=firm.defaulted,
        )
        for firm in book.firms
        if firm.defaulted is not None
    ]


def table_of(book: FirmBook, code: str) -> rating.InvoiceTable:
    """Return a firm's invoices as the rating takes them."""
    invoices = book.invoices(code)
    return rating.InvoiceTable(
        outgoing=invoices.out,
        issued_on=invoices.issued_on,
        counterparty=invoices.counterparty.astype("int64"),
        amount_minor=invoices.amount_minor,
        tax_minor=invoices.tax_minor,
        void=invoices.void,
    )


async def has_model(database: Database) -> bool:
    """Tell whether there is an active model, whatever it was trained on."""
    async with database.read() as tx:
        try:
            await rating.active_model(tx)
        except rating.NoActiveModel:
            return False
    return True


async def ensure_model(
    database: Database, book: FirmBook, *, say: Callable[[str], None]
) -> rating.RatingModel:
    """Return the active model if it was trained on these firms; else train one and activate it."""
    samples = await asyncio.to_thread(samples_of, book)
    async with database.read() as tx:
        try:
            active = await rating.active_model(tx)
        except rating.NoActiveModel:
            active = None
    if active is not None and active.data_fingerprint == rating.fingerprint(samples):
        return active
    say(f"Training the scorecard on {len(samples)} labelled firms ...")
    training = await asyncio.to_thread(rating.train, samples)
    async with database.write() as tx:
        return await rating.store_model(tx, training=training, activate=True, at=now())


def report_lines(training: rating.Training) -> list[str]:
    """Return AUC and KS with their intervals, for people."""
    validation = training.report.validation
    return [
        f"firms          {validation.firms} ({validation.bads} defaulted)",
        f"AUC            {_figure(validation.auc)}",
        f"KS             {_figure(validation.ks)}",
        f"folds          {validation.folds} stratified, repeated {validation.repeats} times",
    ]


def _figure(measured: Estimate) -> str:
    return f"{measured.mean:.3f}   (95 % interval {measured.low:.3f} to {measured.high:.3f})"
