/** What the demo says beside a form. */
import type { Words } from '../words'
import type zh from '../zh/guide'

const guide: Words<typeof zh> = {
  guide: {
    demo: 'Demo', logins: 'Log in as somebody of the demo', code: 'No real message is sent: the code is in the', inbox: 'demo’s inbox', person: 'People and firms are made up; take one of them.', fill: 'Fill in made-up details',
    firm: 'Take the firm that you represent in the demo.', picture: 'Use no real papers: there is a made-up picture below each.', paper: 'Made-up picture',
  },
}

export default guide
