"""Shapes of `/api/v1/bills`."""
