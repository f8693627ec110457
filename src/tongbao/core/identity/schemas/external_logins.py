"""API shapes of logging in by a provider's account."""

from typing import Annotated

from pydantic import ConfigDict, Field

from tongbao.core.identity.schemas.step_up import Shape

ReturnTo = Annotated[
    str, Field(max_length=100, description="One of our own pages", examples=["/app"])
]


class ProviderOut(Shape):
    """An identity provider that one may log in with."""

    model_config = ConfigDict(title="IdentityProvider")

    key: str
    title: str


class ProvidersOut(Shape):
    """All of them."""

    model_config = ConfigDict(title="IdentityProviders")

    items: list[ProviderOut]


class ExternalLoginsOut(Shape):
    """The providers of which the caller has linked an account."""

    model_config = ConfigDict(title="ExternalLogins")

    items: list[ProviderOut]


class NewLink(Shape):
    """Where to be after an account was linked."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"return_to": "/app/security"}]})

    return_to: ReturnTo = "/app/security"


class LinkBegun(Shape):
    """Where the browser goes on, as a page and not by a script's request."""

    continue_at: Annotated[str, Field(examples=["/api/v1/identity/oidc/sandbox/authorize?state=…"])]


class LinkTicket(Shape):
    """The ticket that came in the fragment of the address after a first log-in."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"ticket": "kEvcJJ0r1bR7sHqE3l3Y8vW2xN5tZ9uA4cD6fG7hJ0k"}]}
    )

    ticket: Annotated[str, Field(min_length=1, max_length=100)]
