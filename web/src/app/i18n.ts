/** Words: those of the language in use and of the areas one has been to are loaded, others when they are asked for. */
import { watch } from 'vue'
import { createI18n } from 'vue-i18n'

import { door } from '@/api/client'

import { type Language, looks } from './looks'

type Area = 'portal' | 'staff' | 'help'

const load: Record<Area, Record<Language, () => Promise<{ default: object }>>> = {
  portal: { zh: () => import('@/messages/zh'), en: () => import('@/messages/en') },
  help: { zh: () => import('@/messages/zh/help'), en: () => import('@/messages/en/help') },
  staff: { zh: () => import('@/messages/zh/staff'), en: () => import('@/messages/en/staff') },
}

const entered = new Set<Area>(['portal'])
const loaded = new Set<string>()

export const i18n = createI18n({ legacy: false, locale: looks.language, missingWarn: true, fallbackWarn: false })

async function have(area: Area, language: Language): Promise<void> {
  const name = `${area}/${language}`
  if (loaded.has(name)) return
  i18n.global.mergeLocaleMessage(language, (await load[area][language]()).default)
  loaded.add(name)
}

/** Have the words of a language at hand, then speak it. */
export async function speak(language: Language): Promise<void> {
  await Promise.all([...entered].map((area) => have(area, language)))
  i18n.global.locale.value = language
  door.language = language
}

/** Have the words of an area at hand, from now on in whichever language is spoken. */
export async function enter(area: Area): Promise<void> {
  entered.add(area)
  await have(area, looks.language)
}

watch(() => looks.language, speak)
