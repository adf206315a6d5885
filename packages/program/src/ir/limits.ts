/** How large a program may be: far above anything people write, far below what would trouble a kernel generator. */
export const limits = {
  instructions: 4096,
  tables: 64,
  /** Axes of a table. */
  rank: 8,
  /** Characters of a table's name. */
  name: 64,
} as const;

/** The range of an int. */
export const int32 = { low: -2147483648, high: 2147483647 } as const;

/** Whether a number is an int of the IR: whole, within 32 bits and not -0. */
export function isInt32(value: number): boolean {
  return Object.is(value | 0, value);
}
