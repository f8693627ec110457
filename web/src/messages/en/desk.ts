/** The desk: its table, its places and the people side of its work. */
import type { Words } from '../words'
import type zh from '../zh/desk'

const desk: Words<typeof zh> = {
  table: {
    find: 'Find in the rows listed', any: 'Any', columns: 'Columns', roomy: 'Roomy rows', export: 'Export', views: 'Saved views', everything: 'All', save_view: 'Save view', save_view_why: 'Filters, order and columns are kept together on this device.',
    view_name: 'Name of the view', forget: 'Delete the view {name}', all: '{count} rows', some: '{count} rows listed, more to come', none: 'Nothing here yet', nothing: 'Nothing fits', nothing_why: 'Try other filters.', clear: 'Clear the filters',
  },
  desk: {
    name: 'Tongbao desk', menu: 'Open the menu', search: 'Search', search_hint: 'Place, customer, account or id', search_none: 'Nothing found', me: 'My log-in',
    group_work: 'Work', group_customers: 'Customers', group_money: 'Money', group_control: 'Control', start: 'Work list', proposals: 'Four eyes', customers: 'Customers', kyc: 'Identity cases', audit: 'Audit trail', alerts: 'Audit alerts', users: 'Staff and roles', partners: 'Partners',
    open_customer: 'Open the customer of this id', open_payment: 'Open the payment of this id', open_transaction: 'Open the ledger transaction of this id', open_case: 'Open the identity case of this id', open_proposal: 'Open the proposal of this id', kind_person: 'Person', kind_organisation: 'Organisation',
  },
  work: {
    what: 'What', kind: 'Kind', who: 'Who', since: 'Waiting since', none: 'Nothing waits for you', none_why: 'What you are to decide or follow up is shown here, the longest waiting first.', keys: 'J and K move, Enter opens, / finds, Ctrl K searches',
    proposal: 'Four eyes', kyc: 'Identity case', duplicate: 'Possible duplicate', loan: 'Referred loan', payment: 'Payment of unknown end', break: 'Reconciliation break', alert: 'Audit alert',
    kyc_what: 'Applies for level {level}', duplicate_what: 'May be one customer, score {score}', loan_what: 'A loan application to decide', payment_what: 'Payment of {amount}', break_what: 'A difference to explain',
  },
  why: {
    reason: 'Reason', kept: 'Kept in the audit trail with your name', missing: 'Say why in three characters or more', reveal: 'Show the whole {what}', reveal_note: 'Only where your work needs it. It is covered again after half a minute.', show: 'Show',
  },
  customer: {
    name: 'Customer', kind: 'Kind', number: 'Registration number', level: 'Level', status: 'State', since: 'Registered', id: 'Customer id', search: 'Name, or number from its start',
    is_prospect: 'Prospect', is_active: 'Active', is_dormant: 'Dormant', is_blocked: 'Blocked', is_closed: 'Closed', at_level: 'Level {level}', risk: 'Risk', risk_low: 'Low risk', risk_medium: 'Medium risk', risk_high: 'High risk', not_rated: 'Not rated yet',
    rate: 'Rate risk', rate_note: 'The rating says how often the identity is reviewed.', rate_go: 'Save the rating', change: 'Change state', change_note: 'Once blocked, a customer can begin nothing any more.', change_go: 'Make it: {status}', changed: 'Saved',
    tab_accounts: 'Accounts and payments', tab_cases: 'Identity and changes', tab_limits: 'Limits', tab_consents: 'Consents and agreements', tab_duplicates: 'Duplicates', tab_trail: 'Audit',
    profile: 'Profile', nothing_known: 'Nothing is on record yet.', contacts: 'Contacts', no_contacts: 'No contact on record.', phone: 'Mobile', email: 'E-mail', unverified: 'Not verified', documents: 'Documents', no_documents: 'No document on record.', until: 'Valid until', for_ever: 'Long-term',
    doc_id_card: 'Identity card', doc_passport: 'Passport', doc_residence_permit: 'Residence permit', doc_business_licence: 'Business licence', doc_other: 'Other document', relations: 'Relationships',
    rel_legal_representative: 'Legal representative', rel_authorised_operator: 'Authorised operator', rel_beneficial_owner: 'Beneficial owner', rel_guarantor: 'Guarantor', rel_family: 'Family',
    rel_legal_representative_of: 'Represents', rel_authorised_operator_of: 'Operates for', rel_beneficial_owner_of: 'Beneficial owner of', rel_guarantor_of: 'Guarantees for', rel_family_of: 'Family of',
    changes: 'Changes', level_change: 'Level {before} became {after}', status_change: '{before} became {after}',
  },
  account_col: { number: 'Account', product: 'Product', available: 'Available', booked: 'Booked', restrained: 'Restrained', none: 'No accounts', payments: 'Payments of {number}', when: 'When', other: 'With', amount: 'Amount', no_payments: 'No payments' },
  limit_col: { what: 'Limit', maximum: 'Maximum', used: 'Used', left: 'Left', own: 'Customer’s own', times: '{count} times', none: 'No limits' },
  consent_col: { consents: 'Consents', agreements: 'Signed agreements', source: 'Source', purpose: 'Purpose', granted: 'Given', until: 'Until', is_granted: 'In force', is_withdrawn: 'Withdrawn', is_replaced: 'Replaced', is_expired: 'Expired', no_consents: 'No consents', agreement: 'Agreement', signed: 'Signed', no_agreements: 'Nothing signed' },
  duplicate: { grounds: 'Grounds', by_document: 'Document', by_phone: 'Mobile', by_email: 'E-mail', by_birth_date: 'Birth date', by_name: 'Name', score: 'Score', found: 'Found', is_open: 'To judge', is_same: 'One customer', is_not_same: 'Two customers', none: 'No possible duplicates', none_why: 'Documents, contacts, birth dates and names are compared at registration.', ask: 'Is this one customer with {name}?', note: 'It is noted; nothing is merged.', go: 'Save the verdict' },
  kyc: {
    level: 'Level applied for', to_level: 'Level {level}', cause: 'Cause', cause_application: 'Application', cause_review: 'Periodic review', cause_expiry: 'Expired document', opened: 'Opened', decided: 'Decided', none: 'No identity cases', none_why: 'Applications that a person must look at are listed here.',
    state_opened: 'Opened', state_evidence: 'Handing in', state_checking: 'Being checked', state_waiting: 'Waits for an answer', state_needs_staff: 'To be decided', state_approved: 'Approved', state_refused: 'Refused',
    findings: 'What was found', no_findings: 'Nothing was found.', told: 'The customer was told: ', sources: 'What each source says', no_sources: 'Nothing was handed in yet.', field: 'Field', differs: 'They differ', pictures: 'Pictures', picture_show: 'Show the picture', picture_cover: 'Cover', picture_file: 'Download the file', picture_closed: 'You may not see it', case: 'Case',
    approve: 'Approve', refuse: 'Refuse', approve_title: 'Bring {name} to level {level}?', refuse_title: 'Refuse {name} level {level}?', approve_note: 'The level and its limits hold at once.', refuse_note: 'The customer sees the refusal and may apply again.', approved_now: 'Approved', refused_now: 'Refused',
    kind_id_card: 'As entered', kind_id_card_front: 'Card, portrait side', kind_id_card_back: 'Card, emblem side', kind_face: 'Face', kind_business_licence: 'As entered', kind_licence_picture: 'Picture of the licence', kind_id_card_reading: 'Read from the card', kind_licence_reading: 'Read from the licence', kind_identity_bureau: 'Identity bureau', kind_business_registry: 'Business registry', kind_face_comparison: 'Face comparison', kind_staff_note: 'Staff note',
    field_name: 'Name', field_number: 'Number', field_sex: 'Sex', field_born_on: 'Born on', field_ethnicity: 'Ethnicity', field_address: 'Address', field_issuing_authority: 'Issued by', field_valid_from: 'Valid from', field_valid_until: 'Valid until', field_result: 'Result', field_registration_number: 'Registration number', field_form: 'Form', field_legal_form: 'Legal form', field_legal_representative: 'Legal representative', field_founded_on: 'Founded on', field_business_scope: 'Business scope', field_registered_capital: 'Registered capital', field_status: 'Register says', field_score: 'Likeness', field_alive: 'Alive', field_alike: 'Alike', field_text: 'Note', field_nationality: 'Nationality', field_occupation: 'Occupation', field_industry: 'Industry',
    value_male: 'Male', value_female: 'Female', value_match: 'Fits', value_mismatch: 'Does not fit', value_unknown: 'Number unknown', value_company: 'Company', value_sole_trader: 'Sole trader', value_other: 'Other', value_true: 'Yes', value_false: 'No',
  },
  proposal: {
    what: 'What', maker: 'Made by', made: 'Made', until: 'Good until', inbox: 'For me to decide', mine: 'Proposed by me', inbox_none: 'Nothing waits for your decision', mine_none: 'You have proposed nothing yet', none_why: 'One person proposes, another agrees, and only then it is done.', is_pending: 'Waits', is_executed: 'Executed', is_refused: 'Refused', is_withdrawn: 'Withdrawn', is_expired: 'Expired',
    content: 'Content', changes: 'What changes', now: 'Now', then: 'Proposed', about: 'Proposal', me: 'Me', note: 'Note', needs: 'Permission needed', digest: 'Digest', own: 'What you propose takes somebody else’s decision.',
    approval: 'Approve and execute', refusal: 'Refuse', withdrawal: 'Withdraw', approval_title: 'Approve “{title}”?', refusal_title: 'Refuse “{title}”?', withdrawal_title: 'Withdraw “{title}”?', approval_note: 'It is executed at once, exactly as you see it.', refusal_note: 'It ends for good; the maker is told why.', withdrawal_note: 'It would have to be proposed again.', approval_done: 'Executed: {title}', refusal_done: 'Refused: {title}', withdrawal_done: 'Withdrawn: {title}',
  },
  payload: {
    is_true: 'Yes', is_false: 'No', amount: 'Amount', currency: 'Currency', reason: 'Reason', name: 'Name', login: 'Log-in name', roles: 'Roles', user_id: 'User id', party_id: 'Customer id', account_id: 'Account id', person_id: 'Person id', rule: 'Rule', code: 'Code', title: 'Title', zh: 'Chinese', en: 'English', maximum: 'Maximum', raise_maximum: 'Maximum of a raise', count: 'Count', window: 'Window', counted_by: 'Counted by', beyond: 'Beyond it', tally: 'Tally', operation: 'Operation', channel: 'Channel', level: 'Level', product: 'Product', rate: 'Rate', evidence: 'What was seen', asset: 'Asset', postings: 'Postings', debit: 'Debit', credit: 'Credit', reference: 'Reference', type: 'Type', outcome: 'Outcome', payment_id: 'Payment id', evidence_reference: 'Voucher',
  },
  audit: {
    at: 'When', who: 'Who', action: 'Action', object: 'About', outcome: 'Outcome', address: 'Address', request: 'Request', seq: 'Number', none: 'No entry fits', is_done: 'Done', is_refused: 'Refused', is_failed: 'Failed', by_customer: 'Customer', by_staff: 'Staff', by_service: 'System', by_system: 'Job', by_anonymous: 'Not logged in',
    action_hint: 'Action, such as kyc.decide', object_hint: 'Id of the object', reason_hint: 'Words of the reason', prove: 'Export with proofs', entry: 'Audit entry {seq}', what: 'Entry', actor: 'Actor', session: 'Session', device: 'Digest of the device', before: 'Digest before', after: 'Digest after', customer: 'Customer', to_customer: 'Open the customer',
    proof: 'Proof of inclusion', holds: 'Verified: it stands in the signed tree, unchanged', holds_not: 'It does not verify: tell security at once', holds_why: 'This page computed the root over {size} entries anew from {steps} hashes; it is the signed one.', root: 'Root', signed: 'Signed', key: 'Signing key',
  },
  alert: { rule: 'Pattern', who: 'Who', entries: 'Entries', opened: 'Found', finding: 'Finding', closed: 'Closed', is_open: 'Open', none: 'No alerts', none_why: 'Mass reveals, administrators out of hours and repeated denials are shown here.', close: 'Close with a finding', close_note: 'It cannot be changed afterwards.', rule_mass_reveal: 'Mass reveal', rule_administrator_out_of_hours: 'Administrator out of hours', rule_repeated_denial_actor: 'Repeated denials of one person', rule_repeated_denial_address: 'Repeated denials of one address' },
  role: { customer: 'Customer', staff_operations: 'Operations', staff_risk: 'Risk', staff_compliance: 'Compliance', staff_service: 'Service', staff_marketing: 'Marketing', staff_product: 'Product', staff_administrator: 'Administrator', auditor: 'Auditor', service: 'System' },
  passkey_hint: { title: 'Log in with a passkey next time', why: 'It is faster, and nobody can trick you out of it.', add: 'Set up a passkey' },
  staff_me: { no_passkeys: 'No passkey yet', since: 'Added ', permissions: 'What I may do' },
}

export default desk
