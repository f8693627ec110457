/** A QR code in a picture, read on the device. */
import decodeQR from 'qr/decode.js'

/** Enough to read a code, little enough to do so several times a second. */
const SIDE_MAX = 1000

/** Return the text of the code in a picture, or null if there is none to be read. */
export function readPicture(picture: CanvasImageSource, width: number, height: number): string | null {
  if (width === 0 || height === 0) return null
  const scale = Math.min(1, SIDE_MAX / Math.max(width, height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(width * scale)
  canvas.height = Math.round(height * scale)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!context) return null
  context.drawImage(picture, 0, 0, canvas.width, canvas.height)
  try {
    return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height)) || null
  } catch {
    return null // no code in it
  }
}
