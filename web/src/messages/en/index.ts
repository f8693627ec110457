/** What customers read, in English; the keys are those of `zh`. */
import type { Words } from '../words'
import type zh from '../zh'
import accounts from './accounts'
import collecting from './collecting'
import common from './common'
import home from './home'
import paying from './paying'
import session from './session'

const en: Words<typeof zh> = { ...common, ...session, ...home, ...accounts, ...paying, ...collecting }

export default en
