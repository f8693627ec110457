"""The secret that all tests of one process share, as an installation's processes do."""

SECRET_KEY = "the-secret-of-the-tests-and-of-nobody-else"
