/** What a device installs is there, in the sizes it was promised. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

const folder = join(import.meta.dirname, '../public')
const manifest = JSON.parse(readFileSync(join(folder, 'app.webmanifest'), 'utf8')) as {
  icons: { src: string; sizes: string; purpose: string }[]
  shortcuts: { url: string }[]
  start_url: string
}
const WIDTH_AT = 16

test('each icon has the size it says', () => {
  const drawn = manifest.icons.filter(({ src }) => src.endsWith('.png'))
  expect(new Set(drawn.map(({ sizes }) => sizes))).toEqual(new Set(['192x192', '512x512']))
  expect(drawn.map(({ purpose }) => purpose)).toContain('maskable')
  for (const { src, sizes } of drawn) {
    const picture = readFileSync(join(folder, src))
    expect(`${picture.readUInt32BE(WIDTH_AT)}x${picture.readUInt32BE(WIDTH_AT + 4)}`).toBe(sizes)
  }
})

test('it opens where there are pages', () => {
  const areas = JSON.parse(readFileSync(join(folder, 'areas.json'), 'utf8')) as string[]
  for (const url of [manifest.start_url, ...manifest.shortcuts.map((each) => each.url)]) expect(areas).toContain(url.split('/')[1])
})

test('the page without a network is made of files that are there', () => {
  const page = readFileSync(join(folder, '../offline.html'), 'utf8')
  const named = [...page.matchAll(/(?:href|src)="(\/[^"]+)"/g)].map((found) => found[1] ?? '')
  expect(named.length).toBeGreaterThan(2)
  for (const path of named) expect(existsSync(join(folder, path)) || existsSync(join(folder, '..', path)), path).toBe(true)
})
