"""Payment channels 支付通道: the ways that money leaves the bank and comes to it."""
