"""Made-up firms whose invoices have the statistics of real ones.

Every number in this package is an aggregate of our own fitting (medians, spreads, shares) on
anonymised Chinese VAT invoices of 2016-2020; no row, name or partner of theirs is copied.
"""
