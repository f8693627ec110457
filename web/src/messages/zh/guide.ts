/** What the demo says beside a form. */
const guide = {
  guide: {
    demo: '演示', logins: '用演示里的人物登录', code: '这里不发真短信，验证码在', inbox: '演示收件箱', person: '人物和企业都是虚构的，可以直接填入一位。', fill: '填入演示资料',
    firm: '填入您在演示里代表的企业。', picture: '不要用真证件：演示照片在每一项下面。', paper: '用演示照片',
  },
}

export default guide
