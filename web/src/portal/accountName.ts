import { useI18n } from 'vue-i18n'

import { tail } from '@/lib/masks'

import type { Account } from './data'

type Named = Pick<Account, 'product' | 'number'>

/** An account as its owner knows it: 结算账户 · 尾号 0018. Nothing while it is not known yet. */
export function useAccountName(): (account: Named | undefined) => string {
  const { t } = useI18n()
  return (account) => (account ? `${t(`product.${account.product}`)} · ${t('account.tail', { tail: tail(account.number) })}` : '')
}
