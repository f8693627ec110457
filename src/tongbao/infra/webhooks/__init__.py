"""Events told to partners' systems: signed, retried, logged, and sent to public addresses only.

A client subscribes an endpoint to types of events that the composition root has published. The
outbox consumer `fan_out` writes each event once as a message and once per endpoint as a delivery;
jobs send what is due. The words are those of the Standard Webhooks specification.
"""
