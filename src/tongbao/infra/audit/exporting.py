"""Entries as a file that can be verified without us: each with its proof, under one checkpoint.

JSON Lines: a header with the signed checkpoint, a line per entry with its exact leaf, its position
and the path of its proof, and a last line with the SHA-256 of every byte before it, signed if a key
is at hand. CSV: the same in comments before and after, and a column per property for spreadsheets;
what is verified is the leaf. `docs/modules/audit.md` has the format.
"""

import csv
import io
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Literal

from tongbao.infra import tree
from tongbao.infra.audit.errors import TooManyEntries
from tongbao.infra.audit.leaves import FIELDS, LEAF_PREFIX, EntryLeaf, leaf_data
from tongbao.infra.audit.planted import CHECKPOINT_PREFIX, TREE
from tongbao.infra.audit.searching import Criteria, newest
from tongbao.infra.db import ReadSession
from tongbao.infra.signing import PublicKey, SigningKey
from tongbao.lib import merkle
from tongbao.lib.merkle import Checkpoint, moment

FORMAT: Final = "tongbao.audit.export.1"
ENTRIES_MAX: Final = 10_000
"""Entries of one file; more are several files, by time."""

Language = Literal["jsonl", "csv"]
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # what spreadsheets take for a formula


@dataclass(frozen=True, slots=True)
class Export:
    """Entries in the order of their numbers, each proven to be under the checkpoint."""

    criteria: Criteria
    made_at: datetime
    proofs: Sequence[tree.Inclusion]
    checkpoint: Checkpoint


async def export(
    tx: ReadSession, criteria: Criteria, *, at: datetime, entries_max: int = ENTRIES_MAX
) -> Export:
    """Return the entries that fit and that the newest checkpoint covers, with their proofs.

    Raises `TooManyEntries`, `CheckpointNotFound`, `TreeDamaged`.
    """
    covering = await tree.checkpoint(TREE, tx)
    rows = await newest(
        tx, replace(criteria, covered=covering.last_sequence), limit=entries_max + 1
    )
    if len(rows) > entries_max:
        raise TooManyEntries(most=entries_max)
    blocks: dict[int, list[tree.Leaf]] = {}
    proofs = []
    for row in sorted(rows, key=lambda row: row["seq"]):
        proof = await tree.prove_inclusion(TREE, tx, row["seq"], at=covering, blocks=blocks)
        assert isinstance(proof.leaf, EntryLeaf)
        assert proof.leaf.data == leaf_data(row)
        proofs.append(proof)
    return Export(criteria, at, proofs, covering)


def render(made: Export, language: Language, *, signer: SigningKey | None = None) -> bytes:
    """Return the file."""
    body = "".join(_jsonl(made) if language == "jsonl" else _csv(made)).encode()
    digest = sha256(body).hexdigest()
    footer: dict[str, Any] = {"sha256": digest, "key_id": None, "signature": None}
    if signer is not None:
        signature = signer.sign(_signed(digest))
        footer |= {"key_id": signer.public.id, "signature": b64encode(signature).decode()}
    return body + f"{'# ' if language == 'csv' else ''}{_dump(footer)}\n".encode()


def _signed(digest: str) -> bytes:
    return f"{FORMAT}\n{digest}\n".encode()


def _header(made: Export) -> str:
    at = made.checkpoint
    criteria = {name: _word(value) for name, value in asdict(made.criteria).items()}
    return _dump(
        {
            "format": FORMAT,
            "made_at": moment(made.made_at),
            "criteria": {name: value for name, value in criteria.items() if value is not None},
            "entries": len(made.proofs),
            "checkpoint": {
                "tree_size": at.tree_size,
                "root": at.root.hex(),
                "last_sequence": at.last_sequence,
                "signed_at": at.signed_at.isoformat(),
                "key_id": at.key_id,
                "signature": b64encode(at.signature).decode(),
            },
        }
    )


def _word(value: object) -> str | int | None:
    return value if value is None or isinstance(value, int) else str(value)


def _jsonl(made: Export) -> Iterator[str]:
    yield f"{_header(made)}\n"
    for proof in made.proofs:
        yield f"{_dump(_line(proof))}\n"


def _line(proof: tree.Inclusion) -> dict[str, Any]:
    assert isinstance(proof.leaf, EntryLeaf)
    return {
        "leaf": proof.leaf.data.decode(),
        "index": proof.leaf_index,
        "path": [each.hex() for each in proof.path],
    }


def _csv(made: Export) -> Iterator[str]:
    yield f"# {_header(made)}\n"
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*FIELDS, "index", "path", "leaf"])
    for proof in made.proofs:
        line = _line(proof)
        members = json.loads(line["leaf"].removeprefix(LEAF_PREFIX.decode()))
        shown = [_shown(members[name]) for name in FIELDS]
        writer.writerow([*shown, line["index"], " ".join(line["path"]), _dump(line["leaf"])])
    yield out.getvalue()


def _shown(value: str | None) -> str:
    """Return a value as a spreadsheet shall show it, and not compute it."""
    text = value or ""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# --- verifying -----------------------------------------------------------------------------------


def check(data: bytes, keys: Sequence[PublicKey]) -> list[str]:
    """Return what is wrong with an exported file, in words; empty: every entry is proven.

    Needs the public keys and nothing else: no database, no network.
    """
    try:
        return list(_faults(data, keys))
    except (ValueError, KeyError, TypeError, LookupError, AttributeError) as error:
        return [f"not a file of ours: {type(error).__name__}"]


def _faults(data: bytes, keys: Sequence[PublicKey]) -> Iterator[str]:
    body, _, last = data.rstrip(b"\n").rpartition(b"\n")
    body += b"\n"
    footer = json.loads(last.removeprefix(b"# "))
    first, *rest = body.decode().splitlines()
    header = json.loads(first.removeprefix("# "))
    if header["format"] != FORMAT:
        yield f"format {header['format']!r}"
        return
    if footer["sha256"] != sha256(body).hexdigest():
        yield "the file was changed: its SHA-256 differs"
    if footer["signature"] is not None and not _signed_by(
        keys, footer["key_id"], _signed(footer["sha256"]), b64decode(footer["signature"])
    ):
        yield f"the file's signature is not that of a known key ({footer['key_id']})"
    at = _checkpoint(header["checkpoint"])
    if not _signed_by(keys, at.key_id, at.signed_text.encode(), at.signature):
        yield f"the checkpoint's signature is not that of a known key ({at.key_id})"
    lines = _csv_lines(rest) if first.startswith("#") else [json.loads(line) for line in rest]
    if len(lines) != header["entries"]:
        yield f"{header['entries']} entries were exported and {len(lines)} are here"
    before = -1
    for number, line in enumerate(lines, start=1):
        if not _is_proven(line, at):
            yield f"entry {number} of the file is not under the checkpoint: {_seq(line)}"
        if line["index"] <= before:
            yield f"entry {number} of the file is not in order: {_seq(line)}"
        before = line["index"]


def _signed_by(keys: Sequence[PublicKey], key_id: str, message: bytes, signature: bytes) -> bool:
    return any(key.id == key_id and key.verifies(message, signature) for key in keys)


def _checkpoint(told: Mapping[str, Any]) -> Checkpoint:
    return Checkpoint(
        tree_size=told["tree_size"],
        root=bytes.fromhex(told["root"]),
        last_sequence=told["last_sequence"],
        signed_at=datetime.fromisoformat(told["signed_at"]),
        key_id=told["key_id"],
        signature=b64decode(told["signature"]),
        prefix=CHECKPOINT_PREFIX,
    )


def _csv_lines(rest: Sequence[str]) -> list[dict[str, Any]]:
    rows = csv.DictReader(rest, strict=True)
    return [
        {
            "leaf": json.loads(row["leaf"]),
            "index": int(row["index"]),
            "path": row["path"].split(),
        }
        for row in rows
    ]


def _is_proven(line: Mapping[str, Any], at: Checkpoint) -> bool:
    return merkle.verify_inclusion(
        leaf=merkle.leaf_hash(line["leaf"].encode()),
        index=line["index"],
        size=at.tree_size,
        proof=[bytes.fromhex(each) for each in line["path"]],
        root=at.root,
    )


def _seq(line: Mapping[str, Any]) -> str:
    members = json.loads(line["leaf"].removeprefix(LEAF_PREFIX.decode()))
    return f"#{members['seq']}"
