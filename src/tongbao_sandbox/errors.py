"""What may be wrong with what the sandbox is given."""


class BadInputFile(Exception):
    """A file of invoices or enterprises cannot be served; says why, in two languages."""

    def __init__(self, path: object, *, zh: str, en: str) -> None:
        self.zh = f"{path}:{zh}"
        self.en = f"{path}: {en}"
        super().__init__(f"{self.en} / {self.zh}")
