"""Loans to small businesses on their VAT invoices (数据质押贷; BIAN: Corporate Loan)."""
