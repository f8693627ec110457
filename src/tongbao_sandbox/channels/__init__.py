"""Four payment channels of different character, each with its own protocol, over one kind of book.

`card` is a card network (signed forms, answers at once, a settlement file), `wallet-a` and
`wallet-b` are wallets (QR codes, signed callbacks; forms and GBK files the one, JSON and encrypted
callbacks the other), `bank` is a clearing bank (ISO 20022). None of them is modelled on the wire of
a real company; each has the traits that make real ones hard.
"""
