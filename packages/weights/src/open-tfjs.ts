import { cast } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { toByteSource } from "./byte-source.ts";
import type { ByteInput, ByteSource, OpenOptions } from "./byte-source.ts";
import { decode, refuseNumber, wrap } from "./decode.ts";
import { joinSources } from "./join-sources.ts";
import { maxHeaderBytes } from "./limits.ts";
import { parseTfjsManifest } from "./tfjs-manifest.ts";
import type { TfjsEntry, TfjsGroup } from "./tfjs-manifest.ts";
import { WeightFileError, damaged } from "./weight-file-error.ts";
import { createWeightFile } from "./weight-file.ts";
import type { WeightEntry, WeightFile } from "./weight-file.ts";

/** Opens the weights of a TensorFlow.js model (graph or layers): reads `model.json` and the sizes of its shards. Quantized weights become
 *  what they were before: float32 or int32.
 *  @param openShard gives the bytes of a path that `model.json` lists, relative to its folder; paths that lead out of it are refused before
 *  @throws {WeightFileError} when model.json is damaged or the shards have another length than its weights need */
export async function openTfjs(
  model: ByteInput,
  openShard: (path: string) => ByteInput | Promise<ByteInput>,
  options: OpenOptions = {},
): Promise<WeightFile> {
  const source = toByteSource(model, "model.json", options);
  const file = source.name;
  if (source.size > maxHeaderBytes) {
    const expected = `a model.json of at most ${maxHeaderBytes} bytes`;
    throw new WeightFileError({ file, expected, got: `${source.size}`, remedy: damaged });
  }
  const { groups, metadata } = parseTfjsManifest(file, await source.read(0, source.size));

  const entries = new Map<string, WeightEntry>();
  const unreadable = new Map<string, string>();
  for (const group of groups) {
    const shards = await openGroup(file, group, openShard);
    for (const entry of group.entries) {
      const { name, shape, dtype, stored, begin, end } = entry;
      if (stored === null) unreadable.set(name, "complex64");
      else {
        const read = async (): Promise<Tensor> => readEntry(file, entry, await shards.read(begin, end - begin));
        entries.set(name, { shape, dtype: stored, tensorDType: dtype, bytes: end - begin, read });
      }
    }
  }
  return createWeightFile(file, entries, metadata, unreadable);
}

async function openGroup(
  file: string,
  { paths, bytes }: TfjsGroup,
  openShard: (path: string) => ByteInput | Promise<ByteInput>,
): Promise<ByteSource> {
  const shards: ByteSource[] = [];
  for (const path of paths) shards.push(toByteSource(await openShard(path), path));
  const joined = joinSources(file, shards);
  if (joined.size === bytes) return joined;
  const sizes = shards.slice(0, 8).map(({ size }, index) => `${paths[index]} ${size}`);
  const got = `${joined.size} (${sizes.join(", ")}${shards.length > 8 ? ", …" : ""})`;
  throw new WeightFileError({ file, expected: `shards of ${bytes} bytes together`, got, remedy: damaged });
}

function readEntry(file: string, entry: TfjsEntry, bytes: Uint8Array): Tensor {
  const { name, shape, dtype, stored, quantization } = entry;
  if (stored === null) throw new TypeError("complex numbers are never read");
  const kept = decode(file, name, bytes, stored, shape);
  if (quantization === null) return cast(kept, dtype);

  const { scale, min } = quantization;
  if (dtype === "float32")
    return wrap(
      dtype,
      Float32Array.from(kept.data, (value) => value * scale + min),
      shape,
    );
  const data = Int32Array.from(kept.data, (value, element) => {
    const number = Math.round(value * scale + min);
    return number === (number | 0)
      ? number
      : refuseNumber(file, name, dtype === "bool" ? "bool" : "int32", element, number);
  });
  return wrap("int32", data, shape);
}
