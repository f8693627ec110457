"""Addresses as settings name them."""

from typing import Annotated

from pydantic import AfterValidator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError


def _postgres_url(text: str) -> str:
    """Accept an address of PostgreSQL in libpq's form; the driver is our own business."""
    try:
        url = make_url(text)
    except ArgumentError:
        url = None
    if url is None or url.drivername not in {"postgresql", "postgres", "postgresql+psycopg"}:
        msg = "expected postgresql://user:password@host:port/database"
        raise ValueError(msg)
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _http_url(text: str) -> str:
    if text and not text.startswith(("http://", "https://")):
        msg = "expected an address that starts with http:// or https://"
        raise ValueError(msg)
    return text.rstrip("/")


PostgresUrl = Annotated[str, AfterValidator(_postgres_url)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
