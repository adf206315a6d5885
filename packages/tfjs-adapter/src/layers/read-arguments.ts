import { AdapterError } from "../adapter-error.ts";
import { isRecord } from "../is-record.ts";
import type { LayerArguments } from "./layer-arguments.ts";

/** What an argument may be: in words, for a message, and as a question. */
export interface ArgumentKind {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  readonly isRequired?: boolean;
}

/** One kind for each argument that a layer takes beside those of every layer. */
export type ArgumentKinds<T> = { readonly [Name in keyof Omit<T, keyof LayerArguments>]-?: ArgumentKind };

export const count: ArgumentKind = {
  expected: "a whole number of at least 1",
  accepts: (value) => Number.isSafeInteger(value) && (value as number) > 0,
};
export const required = (kind: ArgumentKind): ArgumentKind => ({ ...kind, isRequired: true });
export const flag: ArgumentKind = { expected: "true or false", accepts: (value) => typeof value === "boolean" };
export const share: ArgumentKind = {
  expected: "a number from 0 to below 1",
  accepts: (value) => typeof value === "number" && value >= 0 && value < 1,
};
export const epsilon: ArgumentKind = {
  expected: "a finite number of at least 0",
  accepts: (value) => Number.isFinite(value) && (value as number) >= 0,
};
export const wholeNumber: ArgumentKind = {
  expected: "a whole number",
  accepts: (value) => Number.isSafeInteger(value),
};
export const oneOf = (...values: readonly unknown[]): ArgumentKind => ({
  expected: values.map((value) => JSON.stringify(value)).join(" or "),
  accepts: (value) => values.some((each) => JSON.stringify(each) === JSON.stringify(value)),
});
/** What another file reads, and refuses in words of its own. */
export const readElsewhere: ArgumentKind = { expected: "", accepts: () => true };

/** What every layer of TensorFlow.js takes, and what its loader and Keras write beside it. */
const ofEveryLayer = [
  "name",
  "trainable",
  "dtype",
  "inputShape",
  "batchInputShape",
  "batchSize",
  "inputDType",
  "weights",
  "customObjects",
];

/** The arguments of a layer without those that are null, which stand for a default.
 *  @param layer its class
 *  @throws {AdapterError} for one that there is not, of another kind, or missing */
export function readArguments<T extends object>(
  layer: string,
  given: T,
  table: Readonly<Record<string, ArgumentKind>>,
): T {
  if (!isRecord(given)) {
    throw new AdapterError(
      `${layer}: expected its arguments as an object, got ${show(given)}. ${example(layer, table)}`,
    );
  }
  const entries = Object.entries(given).filter(([, value]) => value !== null && value !== undefined);
  const who = typeof given["name"] === "string" ? given["name"] : layer;
  for (const [name, value] of entries) {
    if (ofEveryLayer.includes(name)) continue;
    if (!Object.hasOwn(table, name)) throw unknownArgument(who, name, Object.keys(table));
    const { expected, accepts } = table[name] as ArgumentKind;
    if (!accepts(value)) throw new AdapterError(`${who}: expected ${name} to be ${expected}, got ${show(value)}.`);
  }
  const missing = Object.keys(table).find(
    (name) => table[name]?.isRequired && !entries.some(([each]) => each === name),
  );
  if (missing !== undefined) {
    const expected = (table[missing] as ArgumentKind).expected;
    throw new AdapterError(`${who}: expected ${missing} to be ${expected}, got nothing. ${example(layer, table)}`);
  }
  return Object.fromEntries(entries) as T;
}

const plain = (text: string): string => text.replaceAll("_", "").toLowerCase();

function unknownArgument(who: string, name: string, names: readonly string[]): AdapterError {
  const meant = names.find((each) => plain(each) === plain(name));
  const remedy = meant === undefined ? `It takes ${names.join(", ")}.` : `Write ${meant}.`;
  return new AdapterError(`${who}: there is no argument ${JSON.stringify(name)}. ${remedy}`);
}

function example(layer: string, table: Readonly<Record<string, ArgumentKind>>): string {
  const names = Object.keys(table).filter((name) => table[name]?.isRequired);
  return names.length === 0 ? "" : `Write new ${layer}({ ${names.map((name) => `${name}: …`).join(", ")} }).`;
}

function show(value: unknown): string {
  if (typeof value === "number" || value === undefined) return String(value);
  if (typeof value === "function") return "a function";
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
