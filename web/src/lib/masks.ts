/** What is shown of data that is nobody else's business (GB/T 35273 habits). */

/** 王*明, 张*; a company's name is public and stays whole. */
export function maskName(name: string): string {
  const letters = [...name]
  if (letters.length <= 1) return name
  if (letters.length === 2) return `${letters[0]}*`
  return `${letters[0]}${'*'.repeat(letters.length - 2)}${letters.at(-1)}`
}

/** 138****5678 */
export const maskPhone = (phone: string): string => phone.replace(/^(\d{3})\d{4}(\d{4})$/, '$1****$2')

/** 3301**********1234 */
export const maskIdentity = (number: string): string =>
  number.length > 8 ? `${number.slice(0, 4)}${'*'.repeat(number.length - 8)}${number.slice(-4)}` : '*'.repeat(number.length)

/** The last four, as people name their accounts to each other. */
export const tail = (number: string): string => number.slice(-4)

/** 6222 0212 3456 7890 123: what is typed from paper is read in fours. */
export const inFours = (number: string): string => number.replace(/\s/g, '').replace(/(.{4})(?=.)/g, '$1 ')
