/** The size gate: what a visitor downloads, gzipped, held to the budgets of docs/design.md. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const dist = new URL('../../src/tongbao/app/site/dist/', import.meta.url)
const KB = 1000
const BUDGETS = { 'initial JavaScript': 100 * KB, 'one lazy chunk': 40 * KB, 'initial style sheets': 20 * KB, 'one lazy style sheet': 4 * KB }

const size = name => statSync(fileURLToPath(new URL(`${name}.gz`, dist))).size
const html = readFileSync(new URL('index.html', dist), 'utf8')
const named = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(match => match[1])
const of = end => names => names.filter(name => name.endsWith(end))
const initial = of('.js')(named)
const styles = of('.css')(named)
const assets = readdirSync(new URL('assets/', dist)).map(name => `assets/${name}`)
const lazy = assets.filter(name => !named.includes(name))
const sum = names => names.reduce((total, name) => total + size(name), 0)

if (initial.length === 0) throw new Error('index.html names no script: the gate would hold nothing')
const largest = names => names.toSorted((a, b) => size(b) - size(a))[0]
const [chunk, sheet] = [largest(of('.js')(lazy)), largest(of('.css')(lazy))]
const found = {
  'initial JavaScript': [sum(initial), `${initial.length} files`],
  'one lazy chunk': [chunk ? size(chunk) : 0, chunk ?? 'none'],
  'initial style sheets': [sum(styles), `${styles.length} files`],
  'one lazy style sheet': [sheet ? size(sheet) : 0, sheet ?? 'none'],
}
let over = false
for (const [what, [bytes, note]] of Object.entries(found)) {
  const budget = BUDGETS[what]
  over ||= bytes > budget
  console.log(`${bytes > budget ? 'OVER ' : ''}${what}: ${(bytes / KB).toFixed(1)} of ${budget / KB} kB gz ${note}`)
}
process.exit(over ? 1 : 0)
