/** What customers read, in English; the keys are those of `zh`. */
import type { Words } from '../words'
import type zh from '../zh'
import accounts from './accounts'
import common from './common'
import firm from './firm'
import home from './home'
import paying from './paying'
import session from './session'

const en: Words<typeof zh> = { ...common, ...session, ...home, ...accounts, ...paying, ...firm }

export default en
