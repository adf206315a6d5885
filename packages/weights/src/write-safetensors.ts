import { contiguous, size } from "@fovea/tensor";
import type { DType, Tensor } from "@fovea/tensor";
import { safetensorsNames } from "./safetensors-header.ts";
import { WeightFileError, quote } from "./weight-file-error.ts";

/** Tensors by name. */
export type Weights = Readonly<Record<string, Tensor>> | ReadonlyMap<string, Tensor>;

export interface WriteSafetensorsOptions {
  /** What the file says of itself: texts by name. */
  readonly metadata?: Readonly<Record<string, string>> | ReadonlyMap<string, string>;
}

/** Wider elements first, so that every weight is aligned; then by name: the order of the format's own library. */
const dtypeOrder: readonly DType[] = ["float64", "float32", "int32", "bfloat16", "float16", "int8", "uint8", "bool"];

/** A safetensors file of the weights. The same weights give the same bytes, in whatever order they come.
 *  @throws {WeightFileError} for a name that the format cannot keep */
export function writeSafetensors(weights: Weights, options: WriteSafetensorsOptions = {}): Uint8Array {
  const parts = [...safetensorsParts(weights, options)];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((offset, part) => (bytes.set(part, offset), offset + part.length), 0);
  return bytes;
}

/** The same file in parts, the header and then each weight, for a writer that takes them one by one: weights that lie dense in memory are
 *  not copied. */
export function* safetensorsParts(weights: Weights, options: WriteSafetensorsOptions = {}): Generator<Uint8Array> {
  const sorted = sortedWeights(weights);
  yield encodeHeader(sorted, entriesOf(options.metadata ?? {}));
  for (const [, weight] of sorted) {
    const { data, offset } = contiguous(weight);
    const bytes = data.BYTES_PER_ELEMENT;
    yield new Uint8Array(data.buffer, data.byteOffset + offset * bytes, size(weight) * bytes);
  }
}

function sortedWeights(weights: Weights): [string, Tensor][] {
  return entriesOf(weights)
    .map(([name, weight]) => ({ name, weight, order: utf8.encode(checkName(name)) }))
    .toSorted((a, b) => orderOf(a.weight) - orderOf(b.weight) || compareBytes(a.order, b.order))
    .map(({ name, weight }) => [name, weight]);
}

/** Where a tensor's dtype stands in the file. */
const orderOf = ({ dtype }: Tensor): number => dtypeOrder.indexOf(dtype);

function encodeHeader(weights: readonly [string, Tensor][], metadata: readonly [string, string][]): Uint8Array {
  // Written by hand rather than from an object: an object would put names like "2" first.
  const members: string[] = [];
  const about = metadata.map(([key, value]) => `${text(key)}:${text(value)}`).toSorted();
  if (about.length > 0) members.push(`"__metadata__":{${about.join(",")}}`);
  let begin = 0;
  for (const [name, weight] of weights) {
    const end = begin + size(weight) * weight.data.BYTES_PER_ELEMENT;
    const { dtype, shape } = weight;
    members.push(
      `${text(name)}:{"dtype":"${safetensorsNames[dtype]}","shape":[${shape.join(",")}],"data_offsets":[${begin},${end}]}`,
    );
    begin = end;
  }
  const json = utf8.encode(`{${members.join(",")}}`);
  // Padded with spaces to a multiple of 8, so that the widest weights are aligned in the file.
  const bytes = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(bytes.length - 8), true);
  bytes.set(json, 8);
  return bytes;
}

const utf8 = new TextEncoder();

function text(value: string): string {
  return JSON.stringify(checkText(value));
}

function checkName(name: string): string {
  if (name !== "__metadata__") return name;
  const expected = "a name for a weight";
  const remedy = "The format keeps this name for itself: choose another.";
  throw new WeightFileError({ file: "writeSafetensors", expected, got: quote(name), remedy });
}

/** Half of a surrogate pair cannot be written as UTF-8: two names would become one. */
function checkText(value: unknown): string {
  if (typeof value === "string" && !/\p{Surrogate}/u.test(value)) return value;
  const remedy = "Use whole characters.";
  throw new WeightFileError({ file: "writeSafetensors", expected: "Unicode text", got: quote(value), remedy });
}

function entriesOf<T>(values: Readonly<Record<string, T>> | ReadonlyMap<string, T>): [string, T][] {
  return values instanceof Map ? [...values] : Object.entries(values);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const differs = a.findIndex((byte, index) => byte !== b[index]);
  return differs < 0 ? a.length - b.length : a[differs]! - (b[differs] ?? -1);
}
