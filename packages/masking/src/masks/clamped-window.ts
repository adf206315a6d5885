import type { Value } from "@fovea/program";

/** True where `key` lies in the window of `size` positions around `position` that is pushed back inside `0 … length - 1` at the borders,
 *  so that every position sees `size` keys. An even window reaches one further before than after.
 *  @see Hassani et al. 2023, "Neighborhood attention transformer", eq. 1 */
export function inClampedWindow(position: Value, key: Value, size: number, length: number): Value {
  const start = position
    .subtract(Math.floor(size / 2))
    .maximum(0)
    .minimum(length - size);
  return key.greaterEqual(start).and(key.less(start.add(size)));
}
