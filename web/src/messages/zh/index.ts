/** What customers read, in Chinese; `en` has exactly the same keys. */
import accounts from './accounts'
import common from './common'
import home from './home'
import paying from './paying'
import security from './security'
import session from './session'

const zh = { ...common, ...session, ...home, ...accounts, ...paying, ...security }

export default zh
