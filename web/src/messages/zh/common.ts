/** The frame: places, looks, states and what went wrong. */
const common = {
  app: { name: '通宝' },
  places: { home: '首页', accounts: '账户', services: '办理', notices: '消息', me: '我的' },
  foot: { verify: '核验回单与证明', platform: '平台状态与接口' },
  dates: { today: '今天', yesterday: '昨天' },
  ui: {
    loading: '正在加载', again: '再试一次', close: '关闭', dismiss: '知道了', back: '返回', more: '查看更多', optional: '选填', skip: '跳到正文',
    places: '主导航', steps: '步骤', copy: '复制{what}', copied: '已复制', reveal: '显示完整的{what}', cover: '隐藏{what}',
    offline: '网络已断开。已填写的内容会保留，恢复后可继续。',
  },
  looks: {
    title: '显示', language: '语言', theme: '外观', auto: '跟随系统', light: '浅色', dark: '深色',
    elder: '长辈模式', elder_note: '字更大，对比更清楚',
  },
  problem: {
    code: '代码', uncertain: '我们没有收到结果。请用下面的按钮再问一次，同一笔不会重复转出。', nothing_moved: '钱没有动。',
    network: {
      unreachable: { title: '连不上网络', detail: '请检查网络后再试一次，已填写的内容还在。' },
      unexpected_answer: { title: '没有得到预期的回应', detail: '可能是网络中间设备的问题，请稍后再试。' },
    },
    page: { defect: { title: '这个页面出错了', detail: '请重新加载；如果仍然出错，请把代码告诉我们。' } },
  },
  lost: { title: '这里没有页面', why: '地址可能有误，或者页面已经移走。', home: '回到首页' },
}

export default common
