/** What customers read, in Chinese; `en` has exactly the same keys. */
import accounts from './accounts'
import collecting from './collecting'
import common from './common'
import home from './home'
import paying from './paying'
import session from './session'

const zh = { ...common, ...session, ...home, ...accounts, ...paying, ...collecting }

export default zh
