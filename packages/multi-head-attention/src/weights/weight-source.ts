import type { Tensor } from "@fovea/tensor";
import { WeightError } from "./weight-error.ts";

/** Tensors by name, as a checkpoint reader gives them. */
export type WeightSource = Readonly<Record<string, Tensor>> | ReadonlyMap<string, Tensor>;

/** The tensor of a name, or undefined. */
export function findWeight(source: WeightSource, name: string): Tensor | undefined {
  if (source instanceof Map) return source.get(name);
  return Object.hasOwn(source, name) ? (source as Readonly<Record<string, Tensor>>)[name] : undefined;
}

/** The tensor of the first of several names that is there.
 *  @throws {WeightError} naming what was looked for and what looks like it */
export function requireWeight(who: string, source: WeightSource, names: readonly string[]): Tensor {
  for (const name of names) {
    const found = findWeight(source, name);
    if (found) return found;
  }
  throw missingWeight(who, source, names);
}

/** The error for a set of names none of which is there. */
export function missingWeight(who: string, source: WeightSource, names: readonly string[]): WeightError {
  const present = source instanceof Map ? [...source.keys()] : Object.keys(source);
  const near = present
    .map((name) => ({ name, likeness: Math.max(...names.map((wanted) => likeness(wanted, name))) }))
    .filter(({ likeness }) => likeness > 0.3)
    .toSorted((a, b) => b.likeness - a.likeness)
    .slice(0, 5)
    .map(({ name }) => name);
  const hint = near.length > 0 ? `Near names: ${near.join(", ")}.` : `None of the ${present.length} names is like it.`;
  return new WeightError(`${who}: expected a weight named ${names.join(" or ")}, got none. ${hint}`, names, near);
}

/** Refuses a weight of another shape; null stands for any size.
 *  @throws {WeightError} */
export function checkWeight(who: string, name: string, weight: Tensor, shape: readonly (number | null)[]): void {
  const fits =
    weight.shape.length === shape.length && shape.every((size, axis) => size === null || size === weight.shape[axis]);
  if (fits) return;
  const expected = shape.map((size) => size ?? "any").join(", ");
  throw new WeightError(`${who}: ${name} must have shape [${expected}], got [${weight.shape.join(", ")}].`, [name]);
}

/** Joins a prefix and a name, whether or not the prefix ends with the separator. */
export function join(prefix: string, name: string, separator: "." | "/"): string {
  return prefix === "" || prefix.endsWith(separator) ? prefix + name : prefix + separator + name;
}

/** How alike two names are, 0 to 1: shared runs of three letters (Dice coefficient). */
function likeness(a: string, b: string): number {
  const [left, right] = [a, b].map((name) => new Set(Array.from(name, (_, i) => `  ${name} `.slice(i, i + 3)))) as [
    Set<string>,
    Set<string>,
  ];
  const shared = [...left].filter((run) => right.has(run)).length;
  return (2 * shared) / (left.size + right.size);
}
