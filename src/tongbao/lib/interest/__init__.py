"""Interest: day counts, dates of periods, tiers, and accrual that keeps every part of a cent."""
