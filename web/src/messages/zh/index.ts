/** What customers read, in Chinese; `en` has exactly the same keys. */
import accounts from './accounts'
import common from './common'
import home from './home'
import joining from './joining'
import paying from './paying'
import session from './session'

const zh = { ...common, ...session, ...home, ...accounts, ...joining, ...paying }

export default zh
