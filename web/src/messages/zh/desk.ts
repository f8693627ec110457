/** The desk: its table, its places and the people side of its work. */
const desk = {
  table: {
    find: '在列出的行里找', any: '全部', columns: '列', roomy: '行距宽松', export: '导出', views: '保存的视图', everything: '全部', save_view: '保存视图', save_view_why: '筛选、排序和列会一起保存在这台设备上。',
    view_name: '视图名称', forget: '删除视图{name}', all: '共 {count} 行', some: '已列出 {count} 行，后面还有', none: '这里还没有内容', nothing: '没有符合条件的', nothing_why: '换一个条件再找。', clear: '清除条件',
  },
}

export default desk
