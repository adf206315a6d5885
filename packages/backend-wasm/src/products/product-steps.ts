import { type FunctionBody, i32, type Local, v128 } from "@fovea/wasm-assembler";

/** The inner loop of a microkernel: sums[row][column] += left[row][k] × right[k][column] for `depth` steps k. */
export interface ProductSteps {
  /** By row, and by vector of four columns: two for each panel. */
  readonly sums: readonly (readonly Local[])[];
  /** Panels of the right operand: 8 columns of step k lie at `right + 32 k`. Left at their ends. */
  readonly rights: readonly Local[];
  readonly depth: Local;
  /** Steps written one after the other. */
  readonly unroll: number;
  /** Where a row of the left operand is: a pointer, and bytes from it. */
  readonly left: (row: number) => { readonly pointer: Local; readonly offset: number };
  /** Moves the left operand on by so many steps. */
  readonly advanceLeft: (steps: number) => void;
  /** sum += splat × column */
  readonly multiply: (splat: Local, column: Local, sum: Local) => void;
}

/** Per step and panel: 2 vector loads, 2 × rows fused multiply-adds; per step a splat load for each row. Neighboring vectors are always taken together, so
 *  that the engine can make one wide vector of both. */
export function emitProductSteps(f: FunctionBody, steps: ProductSteps): void {
  const { sums, rights, depth, unroll, left, advanceLeft, multiply } = steps;
  const [first] = rights;
  const columns = rights.flatMap((right) => [0, 16].map((half) => ({ right, half, numbers: f.local("v128") })));
  const splat = f.local("v128");
  const end = f.local("i32");
  const step = (index: number): void => {
    for (const { right, half, numbers } of columns) f.set(numbers, v128.load(right, index * 32 + half));
    for (const [row, own] of sums.entries()) {
      const { pointer, offset } = left(row);
      f.set(splat, v128.load32_splat(pointer, offset + index * 4));
      for (const [column, sum] of own.entries()) multiply(splat, columns[column].numbers, sum);
    }
  };
  // whole groups of `unroll` steps, then what is left one by one
  for (const [from, mask, count] of [
    [first, -unroll, unroll],
    [end, unroll - 1, 1],
  ] as const) {
    f.set(end, i32.add(from, i32.shl(i32.and(depth, mask), 5)));
    f.while(i32.lt_u(first, end), () => {
      for (let index = 0; index < count; index++) step(index);
      advanceLeft(count);
      for (const right of rights) f.increase(right, 32 * count);
    });
  }
  f.release(...columns.map(({ numbers }) => numbers), splat, end);
}
