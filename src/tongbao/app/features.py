"""The feature matrix of payment channels, written from what their plug-ins declare."""

from collections.abc import Iterator

from tongbao.core.channels import service as channels
from tongbao.kernel.money import Money

HEAD = """# Features of payment channels 支付通道功能矩阵

Written by `tongbao openapi` from the plug-ins. What it means: [channels](modules/channels.md).
"""


def page() -> str:
    """Return the document."""
    plugins = sorted(channels.plugins().items())
    names = [f"`{name}` {each.features.title.zh}" for name, each in plugins]
    return (
        "\n".join(
            [
                HEAD,
                *_table(["operation", *names], _operations()),
                "",
                *_table(["", *names], _traits()),
            ]
        )
        + "\n"
    )


def _operations() -> Iterator[list[str]]:
    plugins = [each.features for _, each in sorted(channels.plugins().items())]
    kinds: tuple[channels.CounterpartyKind | None, ...] = (None, *channels.CounterpartyKind)
    for operation in channels.Operation:
        for kind in kinds:
            cells = [_terms(each, operation) if each.offers(operation, kind) else "–"
                     for each in plugins]  # fmt: skip
            if set(cells) != {"–"}:
                yield [f"`{operation}` {_of(operation, kind)}", *cells]


def _of(operation: channels.Operation, kind: channels.CounterpartyKind | None) -> str:
    if kind is not None:
        return kind.replace("_", " ")
    return "whoever scans" if operation is channels.Operation.COLLECT else ""


def _terms(features: channels.Features, operation: channels.Operation) -> str:
    terms = features.terms[operation]

    def money(minor: int) -> str:
        return Money(minor, features.currency).text

    fees = [money(terms.fee_fixed_minor)] if terms.fee_fixed_minor else []
    fees += [str(terms.fee_rate)] if terms.fee_rate.trillionths else []
    cost = " + ".join(fees) or "free"
    if terms.fee_min_minor:
        cost += f", {money(terms.fee_min_minor)} at least"
    if terms.fee_max_minor is not None:
        cost += f", {money(terms.fee_max_minor)} at most"
    if terms.amount_max_minor < channels.Terms().amount_max_minor:
        cost += f"; to {money(terms.amount_max_minor)}"
    return cost


def _traits() -> Iterator[list[str]]:
    plugins = [each.features for _, each in sorted(channels.plugins().items())]

    def row(words: str, *cells: str) -> list[str]:
        return [words, *cells]

    yield row("currency", *(each.currency for each in plugins))
    yield row("QR code or page for the payer", *(_yes(each.shows_redirect) for each in plugins))
    yield row("calls back", *(_yes(each.calls_back) for each in plugins))
    yield row("refunds in part", *(_yes(each.partial_refunds) for each in plugins))
    yield row("file of a day", *(each.statement or "–" for each in plugins))


def _yes(told: bool) -> str:  # noqa: FBT001 - a word for it
    return "yes" if told else "–"


def _table(heads: list[str], rows: Iterator[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"| {' | '.join('---' for _ in heads)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"
