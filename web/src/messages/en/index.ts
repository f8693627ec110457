/** What customers read, in English; the keys are those of `zh`. */
import type { Words } from '../words'
import type zh from '../zh'
import accounts from './accounts'
import common from './common'
import home from './home'
import paying from './paying'
import security from './security'
import session from './session'

const en: Words<typeof zh> = { ...common, ...session, ...home, ...accounts, ...paying, ...security }

export default en
