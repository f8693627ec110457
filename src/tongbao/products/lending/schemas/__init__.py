"""Shapes of `/api/v1/lending`. Texts come in the caller's language."""
