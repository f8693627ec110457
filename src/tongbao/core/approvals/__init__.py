"""Approvals (会签): m-of-n signatures of a firm's people, proven without the platform."""
