import { attentionWeights, type Backend } from "@fovea/dot-product-attention";
import { add, multiply, reshape, scalar, slice, type Tensor } from "@fovea/tensor";
import { beamSearch, createDecoder, createEncoder, TransformerError } from "@fovea/transformer";
import type { LayerResult, TokenEmbedding } from "@fovea/transformer";
import { createAlphabet, type Alphabet } from "./alphabet.ts";
import { readModelFile } from "./model-folder.ts";
import { UserError } from "@fovea/command-line";
import { readCt2Model } from "./read-ct2-model.ts";
import { transliteratorWeights } from "./transliterator-weights.ts";

const heads = 8;
const longestName = 60;

export interface Transliteration {
  readonly source: readonly string[];
  readonly target: readonly string[];
  /** For each target letter, how much it looked at each source letter: the mean over heads of the last layers, `[target, source]`, rows sum to 1. */
  readonly alignment: Tensor;
}

export interface Transliterator {
  /** @throws {UserError} for a letter the model does not know, or a name that is empty or too long */
  transliterate(name: string): Promise<string>;
  /** The same, with where each letter came from. */
  align(name: string): Promise<Transliteration>;
  dispose(): void;
}

/** An encoder reads the Arabic letters, a decoder writes Latin ones and looks back at them through cross-attention.
 *  @param beams sequences followed side by side; 1 takes the likeliest letter each time */
export async function openTransliterator(folder: string, backend: Backend, beams: number): Promise<Transliterator> {
  const weights = transliteratorWeights(readCt2Model(await readModelFile(folder, "model.bin")));
  const read = async (file: string): Promise<string> => new TextDecoder().decode(await readModelFile(folder, file));
  const alphabet = async (file: string, { tokens }: TokenEmbedding): Promise<Alphabet> => {
    const made = createAlphabet(await read(file));
    // the model's last letter is <unk>, which no vocabulary lists
    const [letters] = tokens.shape as [number, number];
    const listed = letters - 1;
    if (made.size === listed) return made;
    throw new UserError(`${file} has ${made.size} entries, the model ${listed}. Get them from one source.`);
  };
  const arabic = await alphabet("source_vocabulary.txt", weights.encoder.embedding!);
  const latin = await alphabet("target_vocabulary.txt", weights.decoder.embedding);
  const encoder = createEncoder(weights.encoder, { attention: { heads }, backend });
  const decoder = createDecoder(weights.decoder, { attention: { heads }, backend });

  const write = async (name: string): Promise<{ readonly memory: Tensor; readonly ids: readonly number[] }> => {
    const letters = Array.from(name.normalize("NFC"));
    if (letters.length === 0 || letters.length > longestName) {
      throw new UserError(`Expected a name of 1 to ${longestName} letters, got ${letters.length}.`);
    }
    const memory = encoder.encode([arabic.idsOf(letters.join(""))]);
    const session = decoder.open({ memory });
    try {
      const options = { beams, stopTokens: [latin.end], maximumTokens: 2 * letters.length + 20 };
      const [best] = await beamSearch(session, [latin.start], options);
      return { memory, ids: best?.tokens ?? [] };
    } catch (cause) {
      if (!(cause instanceof TransformerError)) throw cause;
      throw new UserError("The model gives no finite answer: its file is damaged. Get it again.", { cause });
    } finally {
      session.dispose();
    }
  };

  return {
    transliterate: async (name) => latin.textOf((await write(name)).ids),
    async align(name) {
      const { memory, ids } = await write(name);
      // once more, all letters at a time, this time looking
      let sum: Tensor | null = null;
      const observe = (layer: number, { crossAttention }: LayerResult): void => {
        if (!crossAttention || layer < weights.decoder.layers.length - alignedLayers) return;
        const mean = meanOverHeads(crossAttention.query, crossAttention.key);
        sum = sum ? add(sum, mean) : mean;
      };
      const session = decoder.open({ memory, observe });
      session.feed([[latin.start, ...ids]]);
      session.dispose();
      const source = Array.from(name.normalize("NFC"));
      const target = ids.map((id) => latin.textOf([id]));
      // the row of a letter is that of the step which wrote it
      const alignment = slice(multiply(sum!, scalar(1 / alignedLayers)), [[0, ids.length]]);
      return { source, target, alignment };
    },
    dispose() {
      encoder.dispose();
      decoder.dispose();
    },
  };
}

/** Layers from the last whose looks are averaged: the early ones look around before they know what to write. */
const alignedLayers = 3;

/** @returns `[queries, keys]` */
function meanOverHeads(query: Tensor, key: Tensor): Tensor {
  const [, , queries] = query.shape as [number, number, number, number];
  const [, , keys] = key.shape as [number, number, number, number];
  const tiles = Array.from({ length: heads }, (_, head) => attentionWeights(query, key, {}, { head }));
  const sum = tiles.reduce((total, tile) => add(total, tile));
  return reshape(multiply(sum, scalar(1 / heads)), [queries, keys]);
}
