"""Technical services under every module; knows no banking word."""
