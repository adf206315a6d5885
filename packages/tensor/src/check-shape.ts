import { describeShape } from "./dimensions.ts";
import { ShapeError } from "./shape-error.ts";

/** The one shape check: numbers must be equal, names take the size they meet first and must meet it again.
 *  Pass the result of one call as `sizes` to the next, so that names hold across tensors:
 *  ```ts
 *  const sizes = checkShape("attention", "query", query, ["batch", "heads", "queries", "headDim"]);
 *  checkShape("attention", "key", key, ["batch", "keyHeads", "keys", "headDim"], sizes);
 *  ```
 *  @returns the sizes of all names so far
 *  @throws {ShapeError} naming who asked, the tensor, what was expected and what came */
export function checkShape<const Name extends string, Known extends string = never>(
  who: string,
  name: string,
  tensor: { readonly shape: readonly number[] },
  expected: readonly (number | Name)[],
  sizes?: Readonly<Record<Known, number>>,
): Readonly<Record<Name | Known, number>> {
  const bound = new Map<string, number>(Object.entries(sizes ?? {}));
  const { shape } = tensor;
  let fits = shape.length === expected.length;
  for (let axis = 0; fits && axis < shape.length; axis++) {
    const wanted = expected[axis];
    if (typeof wanted === "string" && !bound.has(wanted)) bound.set(wanted, shape[axis]);
    fits = shape[axis] === (typeof wanted === "string" ? bound.get(wanted) : wanted);
  }
  if (!fits) {
    const known = new Map<string, number>(Object.entries(sizes ?? {}));
    const words = expected.map((wanted) =>
      known.has(String(wanted)) ? `${wanted} = ${known.get(String(wanted))}` : wanted,
    );
    throw new ShapeError(`${who}: ${name} must have shape ${describeShape(words)}, got ${describeShape(shape)}.`);
  }
  return Object.fromEntries(bound) as Record<Name | Known, number>;
}
