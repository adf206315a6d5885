import { createHash } from "node:crypto";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { onInterruption, reasonOf, say } from "@fovea/command-line";
import { backends } from "@fovea/command-line/backends";
import type { Library } from "./answer.ts";
import type { Arguments } from "./arguments.ts";
import { passageMeaning, readCorpus } from "./corpus.ts";
import { embedPassages, withoutVectors } from "./embed-passages.ts";
import { showEmbedding } from "./embedding-progress.ts";
import { createEncoder, dimensions, maxTokens } from "./encoder.ts";
import { readModelFiles } from "./model-files.ts";
import { createTokenizer } from "./tokenizer.ts";
import { passageKey, readVectors, writeVectors } from "./vector-cache.ts";
import type { Vectors } from "./vector-cache.ts";

const appFolder = fileURLToPath(new URL("..", import.meta.url));

/** Reads the model and the passages, and makes the vectors that are not saved from an earlier run.
 *  @param check called as soon as there is a tokenizer, before the long work
 *  @returns null when a signal stopped it; what was finished is saved */
export async function openLibrary(
  options: Arguments,
  check: (library: Pick<Library, "tokenize">) => void,
): Promise<Library | null> {
  const files = await readModelFiles(options.model);
  const tokenize = createTokenizer(files.vocabulary);
  check({ tokenize });
  const encoder = createEncoder(files.weights, backends[options.backend]());
  const corpus = resolve(options.corpus ?? join(appFolder, "corpus"));
  const passages = await readCorpus(corpus, (text) => fits(text, (part) => tokenize(part).ids.length));
  const texts = passages.map(passageMeaning);

  const path = cachePath(options.cache, corpus);
  const vectors: Vectors = new Map();
  if (path !== null) {
    const saved = await readVectors(path, files.hash, dimensions);
    if (saved.complaint !== null) say(saved.complaint);
    // only what is still in the corpus: the file does not grow for ever
    for (const key of texts.map(passageKey)) if (saved.vectors.has(key)) vectors.set(key, saved.vectors.get(key)!);
  }

  let complained = path === null;
  const save = async (): Promise<void> => {
    if (path === null) return;
    try {
      await writeVectors(path, files.hash, dimensions, vectors);
    } catch (error) {
      if (!complained) say(`${reasonOf(error)} The search goes on without saving its vectors.`);
      complained = true;
    }
  };

  // splitting stops at single letters, and a letter can carry more accents than fit
  const embed = (texts: readonly string[]): readonly Float32Array[] =>
    encoder.encode(texts.map((text) => tokenize(text).ids.slice(0, maxTokens)));
  const missing = withoutVectors(texts, vectors);
  if (missing.length > 0) {
    const done = await embedWithProgress(missing, embed, vectors, save);
    if (done < missing.length) {
      const kept = complained
        ? "nothing is saved"
        : `${vectors.size} of ${new Set(texts).size} vectors are saved, and the next run goes on from there`;
      say(`Stopped: ${kept}.`);
      return null;
    }
  }
  return { passages, vectors, tokenize, encoder };
}

async function embedWithProgress(
  texts: readonly string[],
  embed: (texts: readonly string[]) => readonly Float32Array[],
  vectors: Vectors,
  save: () => Promise<void>,
): Promise<number> {
  const { signal, release } = onInterruption();
  const progress = showEmbedding(texts.length);
  const start = performance.now();
  try {
    return await embedPassages(texts, embed, vectors, { signal, onProgress: progress.update, save });
  } finally {
    progress.stop();
    release();
    if (!signal.aborted) {
      say(
        `Embedded ${texts.length} ${texts.length === 1 ? "passage" : "passages"} in ${((performance.now() - start) / 1000).toFixed(1)} s.`,
      );
    }
  }
}

/** No piece is longer than 16 characters, so that much text need not be cut into pieces to know that it is too long. */
function fits(text: string, countTokens: (text: string) => number): boolean {
  return text.length <= 16 * maxTokens && countTokens(text) <= maxTokens;
}

/** One file for each corpus, named after where it lies relative to the app, so that a moved project keeps its vectors. */
function cachePath(cache: string | boolean, corpus: string): string | null {
  if (cache === false) return null;
  const folder = typeof cache === "string" ? cache : join(appFolder, "node_modules", ".cache", "fovea-search");
  const name = createHash("sha256").update(relative(appFolder, corpus)).digest("hex").slice(0, 12);
  return join(folder, `${name}.vectors`);
}
