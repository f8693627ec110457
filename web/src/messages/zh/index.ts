/** What customers read, in Chinese; `en` has exactly the same keys. */
import accounts from './accounts'
import common from './common'
import credit from './credit'
import deposits from './deposits'
import home from './home'
import joining from './joining'
import paying from './paying'
import session from './session'

const zh = { ...accounts, ...common, ...credit, ...deposits, ...home, ...joining, ...paying, ...session }

export default zh
