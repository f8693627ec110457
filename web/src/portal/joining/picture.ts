/** Pictures on their way to us: read, made small, and made into a JPEG on the device. */
import { client, type Schemas, take } from '@/api/client'

import type { Picture } from './cases'

const SIDE_MAX = 2_000
const QUALITY = 0.9

/** Draw a picture as large as it is useful. Throws where the file is no picture the browser reads. */
export async function drawn(source: Blob | HTMLVideoElement): Promise<HTMLCanvasElement> {
  const image = source instanceof HTMLVideoElement ? source : await createImageBitmap(source)
  const [width, height] = image instanceof HTMLVideoElement ? [image.videoWidth, image.videoHeight] : [image.width, image.height]
  const scale = Math.min(1, SIDE_MAX / Math.max(width, height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(width * scale)
  canvas.height = Math.round(height * scale)
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  return canvas
}

const pressed = (canvas: HTMLCanvasElement): Promise<Blob> =>
  new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/jpeg', QUALITY),
  )

export async function handIn(caseId: string, kind: Picture, canvas: HTMLCanvasElement): Promise<Schemas['EvidenceOut']> {
  const picture = await pressed(canvas)
  return take(
    client.POST('/api/v1/kyc/pictures', {
      params: { query: { case_id: caseId, kind, name: `${kind}.jpg` } },
      body: picture as unknown as string,
      bodySerializer: (body: unknown) => body as Blob,
      headers: { 'Content-Type': 'image/jpeg' },
    }),
  )
}
