"""Laws of the Merkle tree, against the recursive definitions of RFC 6962 section 2.1 as written."""

from hypothesis import given
from hypothesis import strategies as st

from tongbao.lib import merkle
from tongbao.lib.merkle import Frontier

SIZE_MAX = 300


def split(n: int) -> int:
    """The largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(leaves: list[bytes]) -> bytes:
    if not leaves:
        return merkle.EMPTY_ROOT
    if len(leaves) == 1:
        return merkle.leaf_hash(leaves[0])
    k = split(len(leaves))
    return merkle.node_hash(mth(leaves[:k]), mth(leaves[k:]))


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole=whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], whole=False), mth(leaves[:k])]


def leaves_of(size: int) -> list[bytes]:
    return [str(number).encode() for number in range(size)]


def nodes_of(leaves: list[bytes]) -> merkle.Hashes:
    return dict(merkle.complete_nodes([merkle.leaf_hash(each) for each in leaves])).__getitem__


sizes = st.integers(1, SIZE_MAX)


@given(size=st.integers(0, SIZE_MAX), cut=st.integers(0, SIZE_MAX))
def test_a_tree_grown_leaf_by_leaf_has_the_root_of_the_definition(size: int, cut: int) -> None:
    """Also when it is put down at any size and taken up again from its frontier."""
    leaves = leaves_of(size)
    frontier = Frontier()
    for number, leaf in enumerate(leaves):
        if number == cut:
            frontier = Frontier(frontier.size, frontier.hashes)
        frontier.append(merkle.leaf_hash(leaf))
    assert frontier.size == size
    assert frontier.root() == mth(leaves)


@given(size=sizes)
def test_appending_completes_every_node_once(size: int) -> None:
    leaves = [merkle.leaf_hash(each) for each in leaves_of(size)]
    frontier = Frontier()
    complete = [found for leaf in leaves for found in frontier.append(leaf)]
    above = [found for found in merkle.complete_nodes(leaves) if found[0].level > 0]
    assert sorted(complete) == sorted(above)


@given(st.data(), sizes)
def test_inclusion_proofs_are_those_of_the_definition(data: st.DataObject, size: int) -> None:
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.prove(merkle.inclusion_path(index, size), nodes_of(leaves))
    assert proof == path(index, leaves)
    leaf, root = merkle.leaf_hash(leaves[index]), mth(leaves)
    assert merkle.verify_inclusion(leaf=leaf, index=index, size=size, proof=proof, root=root)


@given(st.data(), sizes)
def test_consistency_proofs_are_those_of_the_definition(data: st.DataObject, new: int) -> None:
    leaves = leaves_of(new)
    old = data.draw(st.integers(1, new))
    proof = merkle.prove(merkle.consistency_path(old, new), nodes_of(leaves))
    assert proof == subproof(old, leaves, whole=True)
    assert merkle.verify_consistency(
        old_size=old, new_size=new, old_root=mth(leaves[:old]), new_root=mth(leaves), proof=proof
    )


@given(st.data(), st.integers(2, SIZE_MAX))
def test_nothing_false_is_shown(data: st.DataObject, size: int) -> None:
    """Another leaf, another position, a changed hash or a changed root: the proof fails."""
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.prove(merkle.inclusion_path(index, size), nodes_of(leaves))
    leaf, root = merkle.leaf_hash(leaves[index]), mth(leaves)
    other = data.draw(st.integers(0, size - 1).filter(lambda at: at != index))
    changed = list(proof)
    at = data.draw(st.integers(0, len(proof) - 1))
    changed[at] = flipped(changed[at])
    for facts in (
        {"leaf": merkle.leaf_hash(leaves[other])},
        {"index": other},
        {"proof": changed},
        {"root": flipped(root)},
    ):
        said = {"leaf": leaf, "index": index, "size": size, "proof": proof, "root": root} | facts
        assert not merkle.verify_inclusion(**said)  # type: ignore[arg-type]


@given(st.data(), st.integers(2, SIZE_MAX))
def test_a_rewritten_past_has_no_consistency_proof(data: st.DataObject, new: int) -> None:
    """One old leaf changed: the new tree's own honest proof does not lead to the old root."""
    leaves = leaves_of(new)
    old = data.draw(st.integers(1, new - 1))
    rewritten = list(leaves)
    rewritten[data.draw(st.integers(0, old - 1))] = b"changed"
    proof = merkle.prove(merkle.consistency_path(old, new), nodes_of(rewritten))
    assert not merkle.verify_consistency(
        old_size=old, new_size=new, old_root=mth(leaves[:old]), new_root=mth(rewritten), proof=proof
    )


def flipped(digest: bytes) -> bytes:
    return bytes([digest[0] ^ 1]) + digest[1:]
