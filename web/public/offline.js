/* Back to the page one wanted: by hand, when the device says there is a network, or when we answer again. */
const AGAIN_MS = 5000
const back = () => location.reload()
addEventListener('online', back)
for (const button of document.querySelectorAll('button')) button.addEventListener('click', back)
setInterval(() => fetch('/health/live', { cache: 'no-store' }).then((answer) => answer.ok && back(), () => undefined), AGAIN_MS)
