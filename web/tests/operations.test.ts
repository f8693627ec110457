import { createHash } from 'node:crypto'

import { describe, expect, test } from 'vitest'

import { type Inclusion, isIncluded } from '@/lib/merkle'
import { idOf, percent, spell } from '@/staff/operations/data'
import { findingsOf } from '@/staff/operations/findings'

const sha = (...parts: (string | Buffer)[]): Buffer => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()
const leafOf = (index: number): string => `1\n{"number": ${index}, "文": "分录"}`

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

function proofOf(index: number, size: number): Inclusion {
  const leaves = Array.from({ length: size }, (_, each) => leafOf(each))
  const root = rootOf(leaves).toString('hex')
  return {
    leaf: leafOf(index), leaf_index: index, path: pathOf(index, leaves).map((each) => each.toString('hex')),
    checkpoint: { tree_size: size, root, signed_text: `tongbao.ledger.checkpoint.1\n${size}\n${root}\n${size}\n` },
  }
}

describe('a proof of inclusion', () => {
  test('holds for every leaf of every small tree', async () => {
    for (let size = 1; size <= 17; size += 1)
      for (let index = 0; index < size; index += 1) expect(await isIncluded('ledger', proofOf(index, size)), `${index} of ${size}`).toBe(true)
  })

  test.each<[string, (proof: Inclusion) => Inclusion]>([
    ['another leaf', (proof) => ({ ...proof, leaf: leafOf(4) })],
    ['another place', (proof) => ({ ...proof, leaf_index: 4 })],
    ['a place beyond the tree', (proof) => ({ ...proof, leaf_index: 11 })],
    ['a step less', (proof) => ({ ...proof, path: proof.path.slice(1) })],
    ['a step more', (proof) => ({ ...proof, path: [...proof.path, proof.path[0]!] })],
    ['another root', (proof) => ({ ...proof, checkpoint: { ...proof.checkpoint, root: '00'.repeat(32) } })],
    ['the signed text of another tree', (proof) => ({ ...proof, checkpoint: { ...proof.checkpoint, signed_text: proof.checkpoint.signed_text.replace('ledger', 'audit') } })],
    ['a root that nobody signed', (proof) => ({ ...proof, checkpoint: { ...proofOf(5, 11).checkpoint, signed_text: proofOf(5, 10).checkpoint.signed_text } })],
  ])('does not hold with %s', async (_, change) => {
    expect(await isIncluded('ledger', change(proofOf(5, 11)))).toBe(false)
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

test('an id is found in whatever was pasted', () => {
  const id = '01a204ab-ad9d-7161-8b60-3a84800d861e'
  for (const typed of [id, ` ${id.toUpperCase()} `, `https://bank.example/payments/${id}?x=1`]) expect(idOf(typed)).toBe(id)
  for (const typed of ['', '01a204ab', '<script>']) expect(idOf(typed)).toBeNull()
})
