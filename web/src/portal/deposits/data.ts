/** Deposits and what is on offer, as several pages ask for them. */
import { useQuery } from '@tanstack/vue-query'
import { computed, type MaybeRefOrGetter, toValue } from 'vue'
import { useI18n } from 'vue-i18n'

import { client, type Schemas, take } from '@/api/client'
import type { Tone } from '@/ui/Status.vue'

export type Deposit = Schemas['DepositOut']
export type Detail = Schemas['DepositDetail']
export type Product = Schemas['DepositProductOut']
export type Terms = Schemas['DepositTermsOut']
export type Settlement = Schemas['SettlementOut']

/** Whether a product's title and the words about it are asked for in the language spoken now. */
export function useCatalogue() {
  const { locale } = useI18n()
  return useQuery({
    queryKey: ['deposit-products', locale],
    queryFn: () => take(client.GET('/api/v1/deposits/products')),
  })
}

export function useDeposit(id: MaybeRefOrGetter<string>) {
  const { locale } = useI18n()
  return useQuery({
    queryKey: ['deposit', computed(() => toValue(id)), locale],
    queryFn: () => take(client.GET('/api/v1/deposits/{deposit_id}', { params: { path: { deposit_id: toValue(id) } } })),
  })
}

/** The terms of a product for somebody who banks in a currency, if it is on offer to them. */
export const termsFor = (product: Product, holder: Terms['holder'], currency: string): Terms | undefined =>
  product.terms.find((each) => each.holder === holder && each.minimum.currency === currency && each.annual_rate !== null)

/** What has changed when money went into a deposit or came out of it. */
export const TOUCHED: readonly string[] = ['deposit', 'deposits', 'overview', 'balance', 'entries', 'next']

export const toneOf = (state: Deposit['state']): Tone => (state === 'open' ? 'done' : state === 'matured' ? 'wait' : 'rest')
