/** Words: the language in use is loaded, the other one when it is asked for. */
import { watch } from 'vue'
import { createI18n } from 'vue-i18n'

import { door } from '@/api/client'
import type { Messages } from '@/messages/zh'

import { type Language, looks } from './looks'

const load: Record<Language, () => Promise<{ default: Messages }>> = {
  zh: () => import('@/messages/zh'),
  en: () => import('@/messages/en'),
}

const loaded = new Set<Language>()

export const i18n = createI18n({ legacy: false, locale: looks.language, missingWarn: true, fallbackWarn: false })

/** Have the words of a language at hand, then speak it. */
export async function speak(language: Language): Promise<void> {
  const global = i18n.global
  if (!loaded.has(language)) {
    global.setLocaleMessage(language, (await load[language]()).default)
    loaded.add(language)
  }
  global.locale.value = language
  door.language = language
}

watch(() => looks.language, speak)
