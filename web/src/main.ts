import './ui/tokens.css'
import './ui/base.css'
import './ui/control.css'

import { VueQueryPlugin } from '@tanstack/vue-query'
import { createPinia } from 'pinia'
import { createApp } from 'vue'

import { door } from './api/client'
import App from './App.vue'
import { i18n, speak } from './app/i18n'
import { looks } from './app/looks'
import { queries } from './app/query'
import { router } from './app/router'
import { useSession } from './session/store'

await speak(looks.language)

const app = createApp(App)
app.use(createPinia()).use(i18n).use(VueQueryPlugin, { queryClient: queries }).use(router)

const session = useSession()
door.onSessionOver = () => {
  if (!session.isIn) return
  session.end()
  queries.clear()
  void router.push({ path: '/login', query: { next: router.currentRoute.value.fullPath } })
}
app.mount('#app')

// A page that opens without a network says so; where a browser will not have it, nothing is lost.
if (import.meta.env.PROD) navigator.serviceWorker?.register('/sw.js').catch(() => undefined)
