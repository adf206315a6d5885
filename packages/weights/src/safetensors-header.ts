import { storedDTypes } from "./stored-dtype.ts";
import type { StoredDType } from "./stored-dtype.ts";
import { storedShape } from "./stored-shape.ts";
import { maxEntries } from "./limits.ts";
import { WeightFileError, damaged, quote } from "./weight-file-error.ts";

/** The dtypes' names in safetensors. */
export const safetensorsNames: Readonly<Record<StoredDType, string>> = {
  float64: "F64",
  float32: "F32",
  float16: "F16",
  bfloat16: "BF16",
  int64: "I64",
  int32: "I32",
  int16: "I16",
  int8: "I8",
  uint64: "U64",
  uint32: "U32",
  uint16: "U16",
  uint8: "U8",
  bool: "BOOL",
};

const readable: ReadonlyMap<unknown, StoredDType> = new Map(
  Object.entries(safetensorsNames).map(([dtype, name]) => [name, dtype as StoredDType]),
);

/** Known to the format, not to tensors: bits of an element. */
const otherBits: ReadonlyMap<unknown, number> = new Map([
  ["F4", 4],
  ["F6_E2M3", 6],
  ["F6_E3M2", 6],
  ["F8_E5M2", 8],
  ["F8_E4M3", 8],
  ["F8_E8M0", 8],
  ["F8_E4M3FNUZ", 8],
  ["F8_E5M2FNUZ", 8],
  ["C64", 64],
]);

/** Where a weight lies: bytes from `begin` to `end` after the header. */
interface SafetensorsEntry {
  readonly name: string;
  /** Null for a dtype that no tensor has. */
  readonly dtype: StoredDType | null;
  readonly dtypeName: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  /** In the order of their bytes. */
  readonly entries: readonly SafetensorsEntry[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** Reads the JSON of a header, and checks that its weights fill the body without gap or overlap.
 *  @param bodyBytes what follows the header in the file
 *  @throws {WeightFileError}
 *  @see https://github.com/huggingface/safetensors#format */
export function parseSafetensorsHeader(file: string, bytes: Uint8Array, bodyBytes: number): SafetensorsHeader {
  const text = decodeText(file, bytes);
  const header = parseObject(file, text);
  const metadata = readMetadata(file, header.__metadata__);
  const names = Object.keys(header);
  if (names.length + metadata.size > maxEntries) {
    const got = `${names.length + metadata.size}`;
    throw new WeightFileError({ file, expected: `at most ${maxEntries} weights and metadata`, got, remedy: damaged });
  }
  // Keys, then values: on an object of many keys Object.entries is ten times as slow.
  const entries = names
    .filter((name) => name !== "__metadata__")
    .map((name) => readEntry(file, name, header[name]))
    .toSorted((a, b) => a.begin - b.begin || a.end - b.end);

  // JSON.parse keeps the last of two equal keys: then the text has more keys than what came of it.
  const keys = [...Object.keys(header), ...metadata.keys(), ...entries.flatMap(() => entryKeys)];
  refuseDuplicates(file, text, keys);
  checkCover(file, entries, bodyBytes);
  return { entries, metadata };
}

function decodeText(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const got = "bytes that are no UTF-8";
    throw new WeightFileError({ file, expected: "a header of JSON", got, remedy: damaged }, { cause });
  }
}

function parseObject(file: string, text: string): Record<string, unknown> {
  const expected = "a header that is a JSON object";
  let header: unknown;
  try {
    header = text.startsWith("{") ? JSON.parse(text) : null;
  } catch (cause) {
    throw new WeightFileError({ file, expected, got: quote(text), remedy: damaged }, { cause });
  }
  if (isObject(header)) return header;
  throw new WeightFileError({ file, expected, got: quote(text), remedy: damaged });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const entryKeys: readonly string[] = ["dtype", "shape", "data_offsets"];

function readEntry(file: string, name: string, value: unknown): SafetensorsEntry {
  const refuse = (expected: string, got: string): WeightFileError =>
    new WeightFileError({ file, expected: `${quote(name)} to have ${expected}`, got, remedy: damaged });
  if (!isObject(value) || Object.keys(value).length !== 3 || !entryKeys.every((key) => Object.hasOwn(value, key))) {
    throw refuse("dtype, shape and data_offsets", isObject(value) ? quote(Object.keys(value)) : quote(value));
  }
  const dtype = readable.get(value.dtype) ?? null;
  const bits = dtype ? 8 * storedDTypes[dtype].bytes : otherBits.get(value.dtype);
  if (bits === undefined) throw refuse("a dtype of safetensors, as F32 or BF16", quote(value.dtype));

  const { shape, size } = storedShape(file, name, value.shape);
  const offsets = value.data_offsets;
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every((o) => Number.isSafeInteger(o) && o >= 0)) {
    throw refuse("two data_offsets, whole numbers from 0 up", quote(offsets));
  }
  const [begin, end] = offsets as [number, number];
  const bytes = Math.ceil((size * bits) / 8);
  if (end - begin !== bytes) {
    throw refuse(`${bytes} bytes for ${value.dtype} [${shape.join(", ")}]`, `data_offsets ${begin} to ${end}`);
  }
  return { name, dtype, dtypeName: String(value.dtype), shape, begin, end };
}

function readMetadata(file: string, about: unknown): ReadonlyMap<string, string> {
  if (about === undefined) return new Map();
  const values = isObject(about) ? Object.entries(about) : [];
  if (isObject(about) && values.every((entry): entry is [string, string] => typeof entry[1] === "string")) {
    return new Map(values);
  }
  const expected = "__metadata__ to be texts by name";
  throw new WeightFileError({ file, expected, got: quote(about), remedy: damaged });
}

function refuseDuplicates(file: string, text: string, keys: readonly string[]): void {
  const left = new Map<string, number>();
  for (const key of keys) left.set(key, (left.get(key) ?? 0) + 1);
  for (const key of keysOf(text)) {
    const count = left.get(key) ?? 0;
    if (count === 0) {
      const expected = "every name once in the header";
      throw new WeightFileError({ file, expected, got: `${quote(key)} twice`, remedy: damaged });
    }
    left.set(key, count - 1);
  }
}

/** The keys of all objects in a text that is known to be JSON: its strings with a colon behind them. */
function* keysOf(json: string): Generator<string> {
  let position = 0;
  for (let start = json.indexOf('"'); start >= 0; start = json.indexOf('"', position)) {
    position = start + 1;
    while (json[position] !== '"') position += json[position] === "\\" ? 2 : 1;
    const end = ++position;
    while (" \t\n\r".includes(json.charAt(position))) position++;
    if (json[position] === ":") yield JSON.parse(json.slice(start, end));
  }
}

/** In order, each weight must begin where the one before ends, the first at 0, and the last end with the file. */
function checkCover(file: string, entries: readonly SafetensorsEntry[], bodyBytes: number): void {
  let reached = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== reached) {
      const expected = `${quote(name)} to begin at byte ${reached}, where the weight before it ends`;
      const got = `byte ${begin}, ${begin < reached ? "an overlap" : "a gap"}`;
      throw new WeightFileError({ file, expected, got, remedy: damaged });
    }
    reached = end;
  }
  if (reached === bodyBytes) return;
  const expected = `${reached} bytes after the header, as its weights say`;
  throw new WeightFileError({ file, expected, got: `${bodyBytes}`, remedy: damaged });
}
