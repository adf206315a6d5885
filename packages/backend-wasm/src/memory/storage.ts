/** Number types a kernel reads query, key and value in. Everything is computed in float32. Rows of int8 have a scale each: float32, one after
 *  another. */
export type Storage = "float32" | "float16" | "bfloat16" | "int8";

export const storageBytes: Readonly<Record<Storage, number>> = { float32: 4, float16: 2, bfloat16: 2, int8: 1 };

/** Rounds up to a multiple of 4, the floats of a vector. Rows in scratch memory are this long; what lies past the true size is never read. */
export const paddedTo4 = (size: number): number => (size + 3) & ~3;
export const paddedTo8 = (size: number): number => (size + 7) & ~7;
