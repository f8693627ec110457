/** What a partner's system may be given: for the party it acts for, or for none. */
const PARTY_SCOPES = ['accounts:open', 'lending:apply', 'payments:initiate', 'payments:settle_alone', 'webhooks:manage'] as const
const SYSTEM_SCOPES = [
  'accounts:read_any', 'ledger:post', 'ledger:read', 'lending:read_any', 'parties:read_any', 'payments:read_any', 'webhooks:manage',
] as const
export const scopesFor = (party: string | null): readonly string[] => (party ? PARTY_SCOPES : SYSTEM_SCOPES)

/** Networks as people write them: one a line, or with commas. */
export const networksOf = (text: string): string[] => text.split(/[\s,，;；]+/).filter((each) => each !== '')
