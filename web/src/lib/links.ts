/** Where a notice leads, as far as there is a page for it yet; the API's links name more than that. */
const ONE = /^\/(payments|bills\/payments|approvals|instructions|files|loans|loans\/applications|consents|agreements)\/[0-9a-f-]{36}$/
const PLACES: ReadonlySet<unknown> = new Set(['/limits', '/company/members'])

export const pageOf = (link: unknown): string | undefined =>
  typeof link === 'string' && (ONE.test(link) || PLACES.has(link)) ? link : undefined
