"""`/api/v1/statements`: statements of accounts, certificates, and what confirms them."""

from tongbao.core.statements.router import documents, statements
from tongbao.core.statements.router.documents import FILE_BYTES_MAX, FILE_CONFIRMATIONS

__all__ = ["FILE_BYTES_MAX", "FILE_CONFIRMATIONS", "api", "documents_api"]

api = statements.api
documents_api = documents.api
