/** The staff desk. */
import desk from './desk'
import operations from './operations'

const staff = {
  ...desk,
  staff: { start: '工作台', inbox: '待我复核', what: '事项', maker: '经办人', reason: '理由', until: '有效期至', none: '没有待复核的事项', none_why: '需要第二个人决定的事项会出现在这里。' },
  ...operations,
}

export default staff
