/** The size gate: what a visitor downloads, gzipped, held to the budgets of docs/design.md. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const dist = new URL('../../src/tongbao/app/site/dist/', import.meta.url)
const KB = 1000
/** The page without a network is a page of its own, fetched once by the worker that shows it. */
const OFFLINE = 'assets/offline-'
const BUDGETS = { 'initial JavaScript': 100 * KB, 'one lazy chunk': 40 * KB, 'all style sheets': 20 * KB }

const size = name => statSync(fileURLToPath(new URL(`${name}.gz`, dist))).size
const html = readFileSync(new URL('index.html', dist), 'utf8')
const initial = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(match => match[1])
const assets = readdirSync(new URL('assets/', dist)).map(name => `assets/${name}`)
const lazy = assets.filter(name => name.endsWith('.js') && !initial.includes(name))
const sum = names => names.reduce((total, name) => total + size(name), 0)

if (initial.length === 0) throw new Error('index.html names no script: the gate would hold nothing')
const largest = lazy.toSorted((a, b) => size(b) - size(a))[0]
const found = {
  'initial JavaScript': [sum(initial), `${initial.length} files`],
  'one lazy chunk': [largest ? size(largest) : 0, largest ?? 'none'],
  'all style sheets': [sum(assets.filter(name => name.endsWith('.css') && !name.startsWith(OFFLINE))), ''],
}
let over = false
for (const [what, [bytes, note]] of Object.entries(found)) {
  const budget = BUDGETS[what]
  over ||= bytes > budget
  console.log(`${bytes > budget ? 'OVER ' : ''}${what}: ${(bytes / KB).toFixed(1)} of ${budget / KB} kB gz ${note}`)
}
process.exit(over ? 1 : 0)
