"""Rules of approvals: policies, what is signed, signatures, and refusals."""
