"""The outside services that checks of identity ask."""
