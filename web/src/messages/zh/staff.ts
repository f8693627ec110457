/** The staff desk. */
import desk from './desk'

const staff = {
  ...desk,
}

export default staff
