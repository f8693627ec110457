/** The desk: its table, its places and the people side of its work. */
import type { Words } from '../words'
import type zh from '../zh/desk'

const desk: Words<typeof zh> = {
  table: {
    find: 'Find in the rows listed', any: 'Any', columns: 'Columns', roomy: 'Roomy rows', export: 'Export', views: 'Saved views', everything: 'All', save_view: 'Save view', save_view_why: 'Filters, order and columns are kept together on this device.',
    view_name: 'Name of the view', forget: 'Delete the view {name}', all: '{count} rows', some: '{count} rows listed, more to come', none: 'Nothing here yet', nothing: 'Nothing fits', nothing_why: 'Try other filters.', clear: 'Clear the filters',
  },
}

export default desk
