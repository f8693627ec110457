"""Payments in files: payroll and other batches."""
