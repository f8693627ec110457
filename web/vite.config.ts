/** The build. What it makes lands in the Python package, which serves it and carries it in wheels. */
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import vue from '@vitejs/plugin-vue'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const here = fileURLToPath(new URL('.', import.meta.url))
const out = resolve(here, '../src/tongbao/app/site/dist')
const api = `http://127.0.0.1:${process.env['TONGBAO_PORT'] ?? '8000'}`
/** To the API as though the page were its own, or it refuses changes as coming from another site. */
const passed = { target: api, changeOrigin: true, headers: { origin: api } }

/**
 * What every page needs comes in a few files: on a phone each more costs a round trip. What few need,
 * as dialogs and menus with all that is below them, stays in files of its own.
 */
const TOGETHER = [
  { name: 'vue', priority: 3, test: /node_modules\/(vue|@vue|vue-router|pinia|@tanstack|vue-i18n|@intlify|openapi-fetch)\// },
  { name: 'core', priority: 2, test: /src\/(api|lib)\/|src\/app\/(i18n|looks|query)|src\/session\/(store|drafts|stepUp|attempt|sending)\.|src\/ui\/(Button|Icon|Mark|Problem|toast|icons|faults)\./ },
  { name: 'parts', priority: 1, test: /src\/portal\/(data|accountName)\.ts|src\/ui\/(Avatar|Card|Choices|Copy|DateTime|Empty|Facts|Field|LanguageSwitch|Lines|Money|OfflineBanner|Page|Row|LinkRow|Section|Select|Shell|Skeleton|Status|Stepper|TextInput)\./ },
]

/** Puts a .br and a .gz beside every text, so that the server never compresses on demand. */
function precompressed(): Plugin {
  const texts = /\.(js|css|html|svg|webmanifest|json)$/
  const pack = (folder: string): void => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name)
      if (statSync(path).isDirectory()) pack(path)
      else if (texts.test(name)) {
        const data = readFileSync(path)
        const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }
        writeFileSync(`${path}.br`, brotliCompressSync(data, quality))
        writeFileSync(`${path}.gz`, gzipSync(data, { level: 9 }))
      }
    }
  }
  return { name: 'precompressed', apply: 'build', closeBundle: () => pack(out) }
}

export default defineConfig({
  plugins: [vue(), precompressed()],
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
  },
  resolve: { alias: { '@': resolve(here, 'src') } },
  build: {
    outDir: out,
    rolldownOptions: {
      input: ['index.html', 'offline.html'].map((page) => resolve(here, page)),
      output: { codeSplitting: { groups: TOGETHER } },
    },
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // pictures inside style sheets would want `data:` in the policy
    reportCompressedSize: false,
  },
  server: { proxy: Object.fromEntries(['/api', '/docs', '/openapi.json', '/verify', '/site', '/platform'].map((path) => [path, passed])) },
  test: { environment: 'node', include: ['tests/**/*.test.ts'], pool: 'threads' },
})
