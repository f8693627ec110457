"""The plug-ins: one for each kind of channel, and what all of them are made of."""
