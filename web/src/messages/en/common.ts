/** The frame: places, looks, states and what went wrong. */
import type { Words } from '../words'
import type zh from '../zh/common'

const common: Words<typeof zh> = {
  app: { name: 'Tongbao' },
  places: { home: 'Home', accounts: 'Accounts', services: 'Services', notices: 'Notices', me: 'Me' },
  foot: { verify: 'Verify a document', platform: 'Platform and API' },
  dates: { today: 'Today', yesterday: 'Yesterday' },
  ui: {
    loading: 'Loading', again: 'Try again', close: 'Close', dismiss: 'Dismiss', back: 'Back', more: 'Show more', optional: 'optional', skip: 'Skip to content',
    places: 'Main', steps: 'Steps', copy: 'Copy {what}', copied: 'Copied', reveal: 'Show the whole {what}', cover: 'Hide {what}',
    offline: 'You are offline. What you have filled in is kept; go on when the line is back.',
  },
  looks: {
    title: 'Display', language: 'Language', theme: 'Theme', auto: 'As the system', light: 'Light', dark: 'Dark',
    elder: 'Larger and simpler', elder_note: 'Larger type, firmer contrast',
  },
  problem: {
    code: 'Code', uncertain: 'No result has reached us. Ask once more with the button below: the same payment is never made twice.', nothing_moved: 'No money has moved.',
    network: {
      unreachable: { title: 'No connection', detail: 'Check the network and try again. What you have filled in is still here.' },
      unexpected_answer: { title: 'An unexpected answer', detail: 'Something between us and you answered instead. Try again in a while.' },
    },
    page: { defect: { title: 'Something is wrong with this page', detail: 'Load it again; if that does not help, tell us the code.' } },
  },
  lost: { title: 'There is no page here', why: 'The address may be mistyped, or the page has moved.', home: 'Go to the home page' },
}

export default common
