/** The staff desk. */
import type { Words } from '../words'
import type zh from '../zh/staff'
import desk from './desk'

const staff: Words<typeof zh> = {
  ...desk,
}

export default staff
