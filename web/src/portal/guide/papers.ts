/** Papers of whom one may become in the demo, drawn on the device: nobody need hold up their own. */
import type { Picture } from '@/portal/joining/cases'

import type { Newcomer } from './guide'

const SANS = '"Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif'
const [PAPER, PARCHMENT, INK, LABEL] = ['#e2ecf5', '#faf6e8', '#191919', '#3a6ea5']

type Line = readonly [x: number, y: number, text: string, size: number, colour?: string]

function sheet(width: number, height: number, ground: string, lines: readonly Line[]): HTMLCanvasElement {
  const canvas = Object.assign(document.createElement('canvas'), { width, height })
  const pen = canvas.getContext('2d')
  if (!pen) return canvas
  pen.fillStyle = ground
  pen.fillRect(0, 0, width, height)
  pen.textBaseline = 'top'
  for (const [x, y, text, size, colour = INK] of lines) {
    pen.font = `${size}px ${SANS}`
    pen.fillStyle = colour
    pen.fillText(text, x, y)
  }
  return canvas
}

const dotted = (day: string): string => day.replaceAll('-', '.')
const written = (day: string): string => day.replace(/^(\d+)-(\d+)-(\d+)$/, '$1年$2月$3日')

function front({ name, id_number: number }: Newcomer): HTMLCanvasElement {
  const [year, month, day] = [number.slice(6, 10), String(Number(number.slice(10, 12))), String(Number(number.slice(12, 14)))]
  return sheet(1000, 630, PAPER, [
    [60, 60, '姓名', 28, LABEL], [160, 54, name, 40], [60, 140, '性别', 28, LABEL], [160, 138, Number(number[16]) % 2 ? '男' : '女', 34], [320, 140, '民族', 28, LABEL], [410, 138, '汉', 34],
    [60, 220, '出生', 28, LABEL], [160, 218, year, 34], [255, 220, '年', 28, LABEL], [310, 218, month, 34], [360, 220, '月', 28, LABEL], [410, 218, day, 34], [460, 220, '日', 28, LABEL],
    [60, 305, '住址', 28, LABEL], [160, 303, '浙江省杭州市西湖区文三路', 34], [160, 353, '90号2幢301室', 34], [60, 545, '公民身份号码', 28, LABEL], [320, 536, number, 44],
  ])
}

const back = ({ issuing_authority, valid_from, valid_until }: Newcomer): HTMLCanvasElement =>
  sheet(1000, 630, PAPER, [
    [380, 90, '中华人民共和国', 52], [360, 180, '居民身份证', 76], [240, 455, '签发机关', 28], [400, 452, issuing_authority, 34],
    [240, 535, '有效期限', 28], [400, 532, `${dotted(valid_from)}-${valid_until ? dotted(valid_until) : '长期'}`, 34],
  ])

const licence = ({ name, firm, registration_number, founded_on }: Newcomer): HTMLCanvasElement =>
  sheet(1300, 920, PARCHMENT, [
    [470, 60, '营业执照', 92], [80, 190, '统一社会信用代码', 28], [80, 232, registration_number, 36], [80, 330, '名称', 30], [250, 328, firm, 32],
    [80, 420, '类型', 30], [250, 418, '有限责任公司(自然人投资或控股)', 32], [80, 510, '法定代表人', 30], [250, 508, name, 32], [80, 600, '经营范围', 30], [250, 598, '建筑材料批发;五金产品零售', 32],
    [760, 510, '注册资本', 30], [930, 508, '伍佰万元整', 32], [760, 600, '成立日期', 30], [930, 598, written(founded_on), 32], [80, 700, '住所', 30], [250, 698, '浙江省杭州市西湖区文三路90号', 32], [930, 800, '登记机关', 30],
  ])

const face = (): HTMLCanvasElement => sheet(600, 600, PARCHMENT, [[240, 220, '☺', 120]])

/** A picture of this kind, as a camera would have taken it. */
export const paperOf = (kind: Picture, newcomer: Newcomer): Promise<Blob> =>
  new Promise((resolve, reject) => {
    const canvas = { id_card_front: front, id_card_back: back, licence_picture: licence, face }[kind](newcomer)
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png')
  })
