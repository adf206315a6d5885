import { describeValue } from "./describe-value.ts";
import type { Refusal } from "./whole-number.ts";

/** Exactly these fields of what may come from a stranger, each read once into an object of its own: what is checked is what is used.
 *  @param what names the object in messages: "planFromJSON: the plan"
 *  @throws for what is no object, a field that is missing, unknown or cannot be read */
export function readFields<Name extends string>(
  what: string,
  given: unknown,
  names: readonly Name[],
  Refuse: Refusal,
): Record<Name, unknown> {
  if (typeof given !== "object" || given === null || Array.isArray(given) || ArrayBuffer.isView(given)) {
    throw new Refuse(`${what} must be an object, got ${describeValue(given)}.`);
  }
  const known: readonly string[] = names;
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Refuse(`${what} has an unknown field ${describeValue(unknown)}.`);
  const fields: Partial<Record<Name, unknown>> = {};
  for (const name of names) {
    if (!Object.hasOwn(given, name)) throw new Refuse(`${what} lacks ${name}.`);
    try {
      fields[name] = (given as Record<Name, unknown>)[name];
    } catch {
      throw new Refuse(`${what} has a field ${name} that cannot be read.`);
    }
  }
  return fields as Record<Name, unknown>;
}
