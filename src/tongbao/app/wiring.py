"""What the worker works on: every module's consumers and jobs.

A module with something to do when an event happens adds its `Consumer` to `CONSUMERS`. Jobs need no
entry: every file `jobs.py` of the package is found.
"""

from importlib import import_module
from pathlib import Path
from typing import Final

import tongbao
from tongbao.core.sources import service as sources
from tongbao.infra.outbox import Consumer
from tongbao.infra.settings import Settings
from tongbao.products.lending import jobs as lending

CONSUMERS: Final[tuple[Consumer, ...]] = ()

_ROOT: Final = Path(tongbao.__file__).parent


def load_jobs() -> None:
    """Import each `jobs` module there is below the package, so that its tasks are declared."""
    for file in sorted(_ROOT.rglob("jobs.py")):
        import_module(".".join(("tongbao", *file.relative_to(_ROOT).with_suffix("").parts)))


def tax_office(settings: Settings) -> sources.TaxOfficeGateway:
    """Return the gateway to the tax office these settings name."""
    return sources.connect_tax_office(
        base_url=settings.tax_office_url, token=settings.tax_office_token.get_secret_value()
    )


def connect_sources(settings: Settings) -> None:
    """Say where this process fetches data from."""
    lending.ask(tax_office(settings))
