/** Where one can go at the desk; a place is shown to whoever may do something there. */
import { operationsPlaces } from './operations/places'
import { peoplePlaces } from './people/places'

export interface DeskPlace {
  to: string
  /** The words that name it, whole. */
  words: string
  group: 'work' | 'customers' | 'money' | 'control'
  /** One of these permissions is enough; without any it is everybody's. */
  needs?: readonly string[]
}

const GROUPS = ['work', 'customers', 'money', 'control'] as const

/** The places of somebody with these permissions, in their groups. */
export function placesOf(permissions: readonly string[]): { group: DeskPlace['group']; places: DeskPlace[] }[] {
  const open = [...peoplePlaces, ...operationsPlaces].filter(({ needs }) => !needs || needs.some((each) => permissions.includes(each)))
  return GROUPS.map((group) => ({ group, places: open.filter((each) => each.group === group) })).filter(({ places }) => places.length > 0)
}
