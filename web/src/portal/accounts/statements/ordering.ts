/** Ordering a document: what it says is fixed at once, the file follows within seconds. */
import { useMutation, useQueryClient } from '@tanstack/vue-query'
import { type MaybeRefOrGetter, toValue } from 'vue'

import { client, take } from '@/api/client'
import { looks } from '@/app/looks'

export type Wanted = { kind: 'statement'; first: string; last: string } | { kind: 'balance_certificate'; on: string } | { kind: 'opening_certificate' }

export function useOrder(id: MaybeRefOrGetter<string>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (wanted: Wanted) =>
      take(client.POST('/api/v1/statements/documents', { body: { ...wanted, account_id: toValue(id), language: looks.language } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['documents', toValue(id)] }),
  })
}
