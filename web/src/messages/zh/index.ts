/** What customers read, in Chinese; `en` has exactly the same keys. */
import accounts from './accounts'
import common from './common'
import deposits from './deposits'
import home from './home'
import paying from './paying'
import session from './session'

const zh = { ...common, ...session, ...home, ...accounts, ...deposits, ...paying }

export default zh
