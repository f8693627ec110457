/**
 * How fast pages are on a phone of the middle class: `node measure.mjs ADDRESS LOGIN PASSWORD`.
 * The median of three runs of each, held to the budgets of docs/design.md.
 */
import { launch } from 'chrome-launcher'
import lighthouse from 'lighthouse'
import puppeteer from 'puppeteer-core'

const [address, login, password] = process.argv.slice(2)
const RUNS = 3
const LCP_MS_MAX = 2500
const CLS_MAX = 0.1
const median = figures => figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)]

const chrome = await launch({ chromeFlags: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic'] })
const browser = await puppeteer.connect({ browserURL: `http://localhost:${chrome.port}`, defaultViewport: null })
const page = await browser.newPage()

/** One load with nothing kept but the session. */
async function load(path) {
  const line = await page.createCDPSession()
  await line.send('Network.clearBrowserCache')
  await line.detach()
  const flags = { port: chrome.port, onlyCategories: ['performance'], disableStorageReset: true, logLevel: 'error' }
  const { lhr } = await lighthouse(address + path, flags)
  if (lhr.runtimeError) throw new Error(`${path}: ${lhr.runtimeError.message}`)
  if (new URL(lhr.finalDisplayedUrl).pathname !== path) throw new Error(`${path} led to ${lhr.finalDisplayedUrl}`)
  const figure = name => lhr.audits[name].numericValue
  return { lcp: figure('largest-contentful-paint'), cls: figure('cumulative-layout-shift'), tbt: figure('total-blocking-time'), score: lhr.categories.performance.score }
}

async function measure(path) {
  const runs = []
  for (let run = 0; run < RUNS; run += 1) runs.push(await load(path))
  const of = name => median(runs.map(each => each[name]))
  return { path, lcp: Math.round(of('lcp')), cls: Number(of('cls').toFixed(3)), tbt: Math.round(of('tbt')), score: of('score') }
}

async function enter() {
  await page.goto(`${address}/login`)
  await page.locator('input[autocomplete^=username]').fill(login)
  await page.locator('input[type=password]').fill(password)
  await Promise.all([page.waitForNavigation(), page.locator('button[type=submit]').click()])
}

let over = false
try {
  const found = [await measure('/login')]
  await enter()
  for (const path of ['/home', '/transfer']) found.push(await measure(path))
  for (const { path, lcp, cls, tbt, score } of found) {
    const wrong = lcp > LCP_MS_MAX || cls > CLS_MAX
    over ||= wrong
    console.log(`${wrong ? 'OVER ' : ''}${path}: LCP ${lcp} of ${LCP_MS_MAX} ms, CLS ${cls} of ${CLS_MAX}, blocked ${tbt} ms, score ${Math.round(score * 100)}`)
  }
} finally {
  await browser.disconnect()
  chrome.kill()
}
process.exitCode = over ? 1 : 0
