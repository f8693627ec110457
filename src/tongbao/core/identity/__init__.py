"""Who may log in, as whom they act, and what they may do."""
