import { wrongKind } from "./file-kind.ts";
import { maxEntries } from "./limits.ts";
import { storedDTypes } from "./stored-dtype.ts";
import type { StoredDType } from "./stored-dtype.ts";
import { storedShape } from "./stored-shape.ts";
import { WeightFileError, damaged, quote } from "./weight-file-error.ts";

/** How stored integers become numbers: `stored * scale + min`. */
interface TfjsQuantization {
  readonly scale: number;
  readonly min: number;
}

/** A weight of a group, with its place among the group's joined shards. */
export interface TfjsEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly size: number;
  /** What the numbers are to be. */
  readonly dtype: "float32" | "int32" | "bool";
  /** As stored; null for complex numbers. */
  readonly stored: StoredDType | null;
  readonly quantization: TfjsQuantization | null;
  readonly begin: number;
  readonly end: number;
}

export interface TfjsGroup {
  readonly paths: readonly string[];
  readonly entries: readonly TfjsEntry[];
  /** All shards together. */
  readonly bytes: number;
}

export interface TfjsManifest {
  readonly groups: readonly TfjsGroup[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** What is checked of an object out of JSON: anything may be in it. */
type Loose = Readonly<Record<string, unknown>>;

/** Reads the `weightsManifest` of a `model.json`.
 *  @throws {WeightFileError}
 *  @see https://github.com/tensorflow/tfjs/blob/master/tfjs-core/src/io/types.ts */
export function parseTfjsManifest(file: string, bytes: Uint8Array): TfjsManifest {
  const model = parseJson(file, bytes);
  const groups = listIn(file, model, "weightsManifest").map((group) => readGroup(file, asObject(group)));
  const seen = new Set<string>();
  for (const { name } of groups.flatMap(({ entries }) => entries)) {
    if (seen.has(name)) throw refuse(file, "every weight once", `${quote(name)} twice`);
    seen.add(name);
  }
  const shards = new Set<string>();
  for (const path of groups.flatMap(({ paths }) => paths)) {
    if (shards.has(path)) throw refuse(file, "every shard once", `${quote(path)} twice`);
    shards.add(path);
  }
  if (seen.size + shards.size > maxEntries) {
    throw refuse(file, `at most ${maxEntries} weights and shards`, `${seen.size + shards.size}`);
  }
  const about = ["format", "generatedBy", "convertedBy"].map((key) => [key, model[key]] as const);
  const metadata = new Map(about.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  return { groups, metadata };
}

function refuse(file: string, expected: string, got: string, remedy = damaged): WeightFileError {
  return new WeightFileError({ file, expected, got, remedy });
}

function parseJson(file: string, bytes: Uint8Array): Loose {
  try {
    return asObject(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw wrongKind(file, "a model.json of TensorFlow.js", bytes, { cause });
  }
}

/** What is no object has no members. */
function asObject(value: unknown): Loose {
  return typeof value === "object" && value !== null ? (value as Loose) : {};
}

function listIn(file: string, holder: Loose, key: string): readonly unknown[] {
  const value = Object.hasOwn(holder, key) ? holder[key] : undefined;
  if (Array.isArray(value)) return value;
  throw refuse(
    file,
    `a model.json of TensorFlow.js with a list of ${key}`,
    value === undefined ? "none" : quote(value),
  );
}

function readGroup(file: string, group: Loose): TfjsGroup {
  const paths = listIn(file, group, "paths").map((path) => readPath(file, path));
  const entries: TfjsEntry[] = [];
  let begin = 0;
  for (const weight of listIn(file, group, "weights")) {
    const entry = readEntry(file, asObject(weight), begin);
    entries.push(entry);
    begin = entry.end;
  }
  return { paths, entries, bytes: begin };
}

/** Paths are opened, by a file system or relative to an address: one that leads out of the folder, or to another server, could read anything. Names of
 *  shards may be in any script and have spaces, as browsers and people write them; a `./` in front, as `model.save("downloads://…")` writes it, is left out.
 *  @returns names of folders and a file, with a slash between them */
function readPath(file: string, path: unknown): string {
  const parts = typeof path === "string" ? path.split("/").filter((part) => part !== ".") : [];
  if (parts.length > 0 && parts.every(staysInside)) return parts.join("/");
  throw refuse(file, "paths of shards in the folder of model.json", quote(path));
}

/** Whether a part of a path is a name and nothing that a file system or an address gives a meaning: `..` (also escaped, or with dots and spaces behind, which
 *  Windows leaves out), drives, protocols, other slashes, and control characters, which addresses leave out. */
function staysInside(part: string): boolean {
  return (
    part !== "" &&
    !/[\\:?#\p{Cc}]/u.test(part) &&
    !/^[\s.]+$/.test(part.replaceAll(/%2e/gi, ".")) &&
    !/%2f|%5c/i.test(part) &&
    part.trim() === part
  );
}

function readEntry(file: string, weight: Loose, begin: number): TfjsEntry {
  const { name, dtype } = weight;
  if (typeof name !== "string" || name === "") throw refuse(file, "a name for every weight", quote(name));
  const { shape, size } = storedShape(file, name, weight.shape);
  if (dtype === "complex64") {
    return { name, shape, size, dtype: "float32", stored: null, quantization: null, begin, end: begin + 8 * size };
  }
  if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool") {
    const remedy =
      "Texts have no fixed length, so what lies behind them cannot be found: convert the model without them.";
    throw refuse(file, `${quote(name)} to be float32, int32 or bool`, quote(dtype), remedy);
  }
  const quantized = weight.quantization === undefined ? null : asObject(weight.quantization);
  const stored = quantized === null ? dtype : quantized.dtype;
  const fits = stored === dtype || (dtype !== "bool" && (stored === "uint8" || stored === "uint16"));
  if (!fits && !(stored === "float16" && dtype === "float32")) {
    throw refuse(file, `${quote(name)} to be quantized to uint8, uint16 or float16`, quote(stored));
  }
  const kept = stored as StoredDType;
  const quantization = kept === "uint8" || kept === "uint16" ? readQuantization(file, name, quantized ?? {}) : null;
  return { name, shape, size, dtype, stored: kept, quantization, begin, end: begin + size * storedDTypes[kept].bytes };
}

function readQuantization(file: string, name: string, { scale, min }: Loose): TfjsQuantization {
  if (typeof scale === "number" && typeof min === "number") return { scale, min };
  throw refuse(file, `${quote(name)} to have a scale and a min`, `${quote(scale)} and ${quote(min)}`);
}
