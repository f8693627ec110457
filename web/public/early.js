/* Before the first paint: looks and language as this person chose them, so that nothing flashes. */
(function () {
  var root = document.documentElement
  try {
    var looks = JSON.parse(localStorage.getItem('tongbao.looks') || '{}')
    if (looks.theme === 'light' || looks.theme === 'dark') root.dataset.theme = looks.theme
    if (looks.elder === true) root.dataset.elder = ''
    var language = looks.language || navigator.language
    root.lang = /^zh/i.test(language) ? 'zh-CN' : 'en'
  } catch (_) {
    /* no storage: the system's own looks */
  }
})()
