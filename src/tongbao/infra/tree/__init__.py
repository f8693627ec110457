"""A persisted Merkle tree over whatever a module appends: grown, signed, proved from, verified."""
