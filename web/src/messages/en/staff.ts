/** The staff desk. */
import type { Words } from '../words'
import type zh from '../zh/staff'
import desk from './desk'
import operations from './operations'

const staff: Words<typeof zh> = {
  ...desk,
  staff: { start: 'Desk', inbox: 'For me to decide', what: 'What', maker: 'Made by', reason: 'Reason', until: 'Good until', none: 'Nothing waits for you', none_why: 'What takes a second person’s decision is shown here.' },
  ...operations,
}

export default staff
