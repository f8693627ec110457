/** The staff desk. */
import desk from './desk'
import operations from './operations'

const staff = {
  ...desk,
  ...operations,
}

export default staff
