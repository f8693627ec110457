import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

import { afterEach, describe, expect, test, vi } from 'vitest'

import { percent, spell } from '@/staff/operations/data'
import { findingsOf } from '@/staff/operations/findings'
import { type Proof, type Verdict, verdictOf } from '@/staff/proof'

const sha = (...parts: (string | Buffer)[]): Buffer => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()
const leafOf = (index: number): string => `1\n{"id": "${index}", "文": "分录"}`

/** The tree as RFC 6962 defines it, the plain way round: nothing of the code under test. */
function rootOf(leaves: string[]): Buffer {
  if (leaves.length === 1) return sha(Buffer.of(0), leaves[0]!)
  const half = splitOf(leaves.length)
  return sha(Buffer.of(1), rootOf(leaves.slice(0, half)), rootOf(leaves.slice(half)))
}
function pathOf(index: number, leaves: string[]): Buffer[] {
  if (leaves.length === 1) return []
  const half = splitOf(leaves.length)
  const [left, right] = [leaves.slice(0, half), leaves.slice(half)]
  return index < half ? [...pathOf(index, left), rootOf(right)] : [...pathOf(index - half, right), rootOf(left)]
}
const splitOf = (size: number): number => 2 ** Math.ceil(Math.log2(size) - 1)

interface Signer {
  own: KeyObject
  offered: { key_id: string; public_key: string }
}

function signer(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  return { own: privateKey, offered: { key_id: sha(raw).toString('hex').slice(0, 16), public_key: raw.toString('base64') } }
}
const BANK = signer()
const FORGER = signer()

function proofOf(index: number, size: number, by = BANK): Proof {
  const leaves = Array.from({ length: size }, (_, each) => leafOf(each))
  const root = rootOf(leaves).toString('hex')
  const { key_id } = by.offered
  const signed_text = `tongbao.ledger.checkpoint.1\n${size}\n${root}\n${size}\n2026-03-02T04:00:00.000000Z\n${key_id}\n`
  return {
    leaf: leafOf(index), leaf_index: index, path: pathOf(index, leaves).map((each) => each.toString('hex')),
    checkpoint: { tree_size: size, root, key_id, signed_text, signature: sign(null, Buffer.from(signed_text), by.own).toString('base64') },
  }
}
const judge = (proof: Proof, id: string, keys = [BANK.offered]): Promise<Verdict> => verdictOf('ledger', proof, keys, (told) => told['id'] === id)
const amend = (proof: Proof, change: Partial<Proof['checkpoint']>): Proof => ({ ...proof, checkpoint: { ...proof.checkpoint, ...change } })

describe('a proof of inclusion', () => {
  test('holds for every leaf of every small tree', async () => {
    for (let size = 1; size <= 17; size += 1)
      for (let index = 0; index < size; index += 1) expect(await judge(proofOf(index, size), String(index)), `${index} of ${size}`).toBe('good')
  })

  test.each<[string, (proof: Proof) => Proof]>([
    ['another leaf', (proof) => ({ ...proof, leaf: leafOf(4) })],
    ['the leaf and path of another transaction', () => proofOf(4, 11)],
    ['another place', (proof) => ({ ...proof, leaf_index: 4 })],
    ['a place beyond the tree', (proof) => ({ ...proof, leaf_index: 11 })],
    ['a step less', (proof) => ({ ...proof, path: proof.path.slice(1) })],
    ['a step more', (proof) => ({ ...proof, path: [...proof.path, proof.path[0]!] })],
    ['another root', (proof) => amend(proof, { root: '00'.repeat(32) })],
    ['a root that nobody signed', (proof) => amend(proof, { signed_text: proofOf(5, 10).checkpoint.signed_text })],
    ['the signature of another checkpoint', (proof) => amend(proof, { signature: proofOf(5, 10).checkpoint.signature })],
    ['a moment that was not signed', (proof) => amend(proof, { signed_text: proof.checkpoint.signed_text.replace('03-02', '03-03') })],
    ['no signature', (proof) => amend(proof, { signature: '' })],
    ['something else for a signature', (proof) => amend(proof, { signature: '***' })],
    ['a checkpoint signed by somebody else', () => proofOf(5, 11, FORGER)],
    ['somebody else’s signature under the name of the bank’s key', (proof) => amend(proof, { signature: proofOf(5, 11, { ...FORGER, offered: BANK.offered }).checkpoint.signature })],
    ['a text that names another key', (proof) => amend(proofOf(5, 11, FORGER), { key_id: proof.checkpoint.key_id })],
  ])('does not hold with %s', async (_, change) => {
    expect(await judge(change(proofOf(5, 11)), '5')).toBe('bad')
  })

  test('is held against each key the bank has had, and against none that only bears the id of one', async () => {
    expect(await judge(proofOf(5, 11), '5', [FORGER.offered, BANK.offered])).toBe('good')
    const mislabelled = { ...FORGER.offered, key_id: BANK.offered.key_id }
    const forged = proofOf(5, 11, { own: FORGER.own, offered: mislabelled })
    expect(await judge(forged, '5', [mislabelled])).toBe('bad')
  })

  test('says that no key is offered, but never so of what is wrong anyhow', async () => {
    expect(await judge(proofOf(5, 11), '5', [])).toBe('keyless')
    expect(await judge({ ...proofOf(5, 11), leaf: leafOf(4) }, '5', [])).toBe('bad')
  })

  describe('in a browser without Ed25519', () => {
    afterEach(() => vi.restoreAllMocks())

    test('says that the signature is not checked, and still finds a wrong path', async () => {
      vi.spyOn(crypto.subtle, 'importKey').mockRejectedValue(new DOMException('Unrecognized name.', 'NotSupportedError'))
      expect(await judge(proofOf(5, 11), '5')).toBe('unchecked')
      expect(await judge({ ...proofOf(5, 11), leaf_index: 4 }, '5')).toBe('bad')
    })
  })
})

describe('what wants somebody', () => {
  const calm = { workers: 1, tasks: [], consumers: [], answers: { method: '', route: '', requests: 9, refused: 3, errors: 0, p50_ms: 1, p95_ms: 2, p99_ms: 3 } }
  const task = { task: 'a', waiting: 2, scheduled: 1, running: 1, failed: 0, waiting_seconds: 59 }
  const consumer = { consumer: 'b', events: 3, seconds: 29, failures: 0, parked: 0 }

  test('is nothing while work flows', () => {
    expect(findingsOf({ ...calm, tasks: [task], consumers: [consumer] })).toEqual([])
  })

  test('is told with the gravest first', () => {
    const found = findingsOf({ ...calm, workers: 0, tasks: [{ ...task, waiting_seconds: 61 }, { ...task, failed: 1 }], consumers: [{ ...consumer, seconds: 31 }, { ...consumer, parked: 2, failures: 1 }] })
    expect(found.map((each) => [each.kind, each.tone])).toEqual([
      ['no_worker', 'wrong'], ['parked', 'wrong'], ['failing', 'wrong'], ['failed', 'wrong'], ['behind', 'wait'], ['late', 'wait'],
    ])
  })
})

test.each([['0.0005', '0.05%'], ['0.06', '6%'], ['0.1', '10%'], ['0', '0%'], ['0.1234567', '12.34567%'], ['1.5', '150%']])('%s is %s', (rate, words) => {
  expect(percent(rate)).toBe(words)
})

test.each([[0, 'en', '0 s'], [8.24, 'en', '8.2 s'], [59.4, 'zh', '59 秒'], [90, 'en', '1.5 min'], [7200, 'zh', '2 小时']])('%s seconds in %s: %s', (seconds, language, words) => {
  expect(spell(seconds, language)).toBe(words)
})
