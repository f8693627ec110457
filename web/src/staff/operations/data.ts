/** What the pages about money share: who may do what, and how long something took. */
import { useQuery } from '@tanstack/vue-query'
import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

import { client, type Schemas, take } from '@/api/client'

export type Proposal = Schemas['ProposalOut']
export const PAGE = 50

/** The amounts of the ledger name an asset, such as CNY/2; people know its symbol. */
export const moneyOf = ({ amount, asset }: Schemas['AmountShape']): { amount: string; currency: string } => ({
  amount, currency: asset.split('/')[0] ?? asset,
})

export const useLedgerAccount = (id: () => string) =>
  useQuery({
    queryKey: ['ledger-account', computed(id)],
    queryFn: () => take(client.GET('/api/v1/ledger/accounts/{account_id}', { params: { path: { account_id: id() } } })),
  })

/** A word of the address that a page reads and writes; what it does not know counts for `first`. */
export function useAddressed<Value extends string>(name: string, values: readonly Value[], first: Value): WritableComputedRef<Value> {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => values.find((each) => each === route.query[name]) ?? first,
    set: (value) => {
      const query = { ...route.query }
      delete query[name]
      void router.replace({ query: value === first ? query : { ...query, [name]: value } })
    },
  })
}

/** Free text of the address. */
export function useAsked(name: string): WritableComputedRef<string> {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => (typeof route.query[name] === 'string' ? route.query[name] : ''),
    set: (value) => {
      const query = { ...route.query }
      delete query[name]
      void router.replace({ query: value ? { ...query, [name]: value } : query })
    },
  })
}

const MINUTE = 60
const HOUR = 3600

/** 8.2 s, 3 min, 2 h: as much as somebody on watch wants to know. */
export function spell(seconds: number, language: string): string {
  const [value, zh, en] = seconds < MINUTE ? [seconds, '秒', 's'] : seconds < HOUR ? [seconds / MINUTE, '分钟', 'min'] : [seconds / HOUR, '小时', 'h']
  const digits = value < 10 && value !== Math.trunc(value) ? value.toFixed(1) : String(Math.round(value))
  return `${digits} ${language.startsWith('zh') ? zh : en}`
}

/** 0.0005 -> 0.05%: the point moves, nothing is computed. */
export function percent(rate: string): string {
  const [whole = '0', fraction = ''] = rate.split('.')
  const digits = fraction.padEnd(2, '0')
  const moved = `${whole}${digits.slice(0, 2)}`.replace(/^0+(?=\d)/, '')
  const rest = digits.slice(2).replace(/0+$/, '')
  return `${moved}${rest && `.${rest}`}%`
}

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i

/** The id in what somebody pasted, an address included. */
export const idOf = (typed: string): string | null => ID.exec(typed)?.[0].toLowerCase() ?? null
