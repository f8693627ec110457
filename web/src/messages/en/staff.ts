/** The staff desk. */
import type { Words } from '../words'
import type zh from '../zh/staff'
import desk from './desk'
import operations from './operations'

const staff: Words<typeof zh> = {
  ...desk,
  ...operations,
}

export default staff
