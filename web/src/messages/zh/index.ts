/** What customers read, in Chinese; `en` has exactly the same keys. */
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

const zh = { ...accounts, ...collecting, ...common, ...credit, ...deposits, ...firm, ...home, ...joining, ...paying, ...security, ...session }

export default zh
