export const STAFF_ROLES = [
  'staff_operations', 'staff_risk', 'staff_compliance', 'staff_service', 'staff_marketing', 'staff_product', 'staff_administrator', 'auditor',
] as const
export type StaffRole = (typeof STAFF_ROLES)[number]

/** The roles of staff among some, in the order in which they are always named. */
export const rolesOf = (roles: readonly string[]): StaffRole[] => STAFF_ROLES.filter((each) => roles.includes(each))
