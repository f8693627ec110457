"""An identity provider that speaks OpenID Connect: other people's accounts, for logging in here."""
