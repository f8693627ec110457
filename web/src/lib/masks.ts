/** Numbers as people know them. */

/** The last four, as people name their accounts to each other. */
export const tail = (number: string): string => number.slice(-4)

/** 6222 0212 3456 7890 123: what is typed from paper is read in fours. */
export const inFours = (number: string): string => number.replace(/\s/g, '').replace(/(.{4})(?=.)/g, '$1 ')
