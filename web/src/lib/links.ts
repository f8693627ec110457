/** Where a notice leads, as far as there is a page for it yet; the API's links name more than that. */
export const pageOf = (link: unknown): string | undefined =>
  typeof link === 'string' && /^\/(payments|loans|loans\/applications|consents|agreements)\/[0-9a-f-]{36}$/.test(link) ? link : undefined
