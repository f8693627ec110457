/** The same tree with any words in it: a missing or a misspelt key is a type error. */
export type Words<Tree> = { [Key in keyof Tree]: Tree[Key] extends string ? string : Words<Tree[Key]> }
