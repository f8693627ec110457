/** What customers read, in English; the keys are those of `zh`. */
import type { Words } from '../words'
import type zh from '../zh'
import accounts from './accounts'
import collecting from './collecting'
import common from './common'
import credit from './credit'
import deposits from './deposits'
import firm from './firm'
import home from './home'
import joining from './joining'
import paying from './paying'
import security from './security'
import session from './session'

const en: Words<typeof zh> = { ...accounts, ...collecting, ...common, ...credit, ...deposits, ...firm, ...home, ...joining, ...paying, ...security, ...session }

export default en
