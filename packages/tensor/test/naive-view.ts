import * as fc from "fast-check";
import { tensor, transpose } from "../src/index.ts";
import type { Tensor } from "../src/index.ts";

/** A tensor together with what it must hold, computed by nothing but arithmetic on indices. */
export interface Known {
  readonly tensor: Tensor;
  readonly expected: (index: readonly number[]) => number;
}

/** Random tensors of rank 0 to 4, some with their axes in another order so that they are not contiguous. */
export const knownTensors: fc.Arbitrary<Known> = fc
  .array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })
  .chain((shape) => fc.tuple(fc.constant(shape), fc.shuffledSubarray([...shape.keys()], { minLength: shape.length })))
  .map(([shape, order]) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const source = tensor(
      Float64Array.from({ length: size }, (_, i) => i),
      { shape },
    );
    return {
      tensor: transpose(source, order),
      expected: (index) => shape.reduce((sum, length, axis) => sum * length + index[order.indexOf(axis)], 0),
    };
  });

/** Every index of a shape, the last axis running fastest. */
export function everyIndex(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (indices, length) => indices.flatMap((index) => Array.from({ length }, (_, i) => [...index, i])),
    [[]],
  );
}
