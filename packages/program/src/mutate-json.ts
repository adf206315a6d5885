import type { Uniform } from "./random-program.ts";

type JSONObject = Record<string, unknown>;

/** What strangers put in the place of anything. */
const replacements: readonly (() => unknown)[] = [
  () => 0,
  () => -1,
  () => 0.5,
  () => 2 ** 31,
  () => 1e300,
  () => NaN,
  () => "",
  () => "toString",
  () => false,
  () => true,
  () => null,
  () => undefined,
  () => [],
  () => [0],
  () => new Array(5),
  () => ({}),
  () => ({ toString: 1 }),
  () => Object.create(null) as unknown,
  () => () => 0,
  () => Symbol("s"),
  () => 5n,
];

/** A deep copy of a JSON document with one change somewhere: a value replaced, a field missing, added, or one that throws when it is read.
 *  For tests of whatever reads documents of strangers. */
export function mutateJSON(document: unknown, next: Uniform): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(document));
  const below = (end: number): number => Math.floor(next() * end);
  const replacement = (): unknown => replacements[below(replacements.length)]();
  if (next() < 0.05) return replacement();
  let place = copy as JSONObject;
  for (;;) {
    const inner = Object.values(place).filter((value) => typeof value === "object" && value !== null) as JSONObject[];
    if (inner.length === 0 || next() < 0.35) break;
    place = inner[below(inner.length)];
  }
  const keys = Object.keys(place);
  const key = keys.length === 0 ? "extra" : keys[below(keys.length)];
  const kind = below(6);
  if (kind === 0) Reflect.deleteProperty(place, key);
  else if (kind === 1) place["extra"] = replacement();
  else if (kind === 2) Object.defineProperty(place, key, { enumerable: true, get: fail });
  else if (kind === 3) Object.setPrototypeOf(place, null);
  else place[key] = replacement();
  return copy;
}

function fail(): never {
  throw new Error("this field is not to be read");
}
