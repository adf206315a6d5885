import { setImmediate } from "node:timers/promises";
import { attentionWeights } from "@fovea/dot-product-attention";
import { readValues, type Tensor } from "@fovea/tensor";
import { generate, TransformerError, type LayerResult } from "@fovea/transformer";
import { UserError } from "@fovea/command-line";
import { textEnd, textStart, type Moonshine } from "./moonshine.ts";
import { sampleRate } from "@fovea/sound";
import { fewestSamples } from "./sound-vectors.ts";
import { textOf } from "./tokenizer.ts";

/** What a decoder that goes round in circles may write at most: nobody speaks faster. Moonshine's own code stops there, too. */
const tokensPerSecond = 6.5;

/** Heads of cross-attention, as layer and head from 0, that follow the sound while they write: in all of jfk.wav their gaze never goes back.
 *  Other heads rest on a fixed moment, or look around. */
const alignedHeads = [
  [3, 0],
  [3, 5],
  [4, 3],
  [4, 6],
  [4, 7],
] as const;

export interface Transcript {
  readonly ids: readonly number[];
  readonly text: string;
  /** For each id, how much its step looked at each vector of the encoder (24 ms of sound): the mean of `alignedHeads`; empty unless asked for. */
  readonly attention: readonly Float64Array[];
}

export interface TranscribeOptions {
  /** Gets the text piece by piece as it is decoded. */
  readonly write?: (text: string) => void;
  /** Keep what cross-attention looked at. Default false. */
  readonly attention?: boolean;
}

/** Speech to text, for as much sound as the model takes at once (about half a minute); too little for one vector of the encoder is no text.
 *  @param samples 16 kHz, in [-1, 1] */
export async function transcribe(
  model: Moonshine,
  samples: Float32Array,
  options: TranscribeOptions = {},
): Promise<Transcript> {
  if (samples.length < fewestSamples) return { ids: [], text: "", attention: [] };
  const maximumTokens = Math.ceil((samples.length / sampleRate) * tokensPerSecond);
  return decode(model, model.encode(samples), maximumTokens, options);
}

/** The decoder's half: the likeliest token each time, until the model ends the text.
 *  @param memory what `encode` gave
 *  @throws {UserError} when the model's answers are no numbers: its weights are damaged */
export async function decode(
  model: Moonshine,
  memory: Tensor,
  maximumTokens: number,
  { write, attention = false }: TranscribeOptions = {},
): Promise<Transcript> {
  const seen: Float64Array[] = [];
  const observe = (layer: number, { crossAttention }: LayerResult): void => {
    if (layer === 0) seen.push(new Float64Array(memory.shape[1]));
    for (const [from, head] of alignedHeads) {
      if (from === layer)
        addTo(seen.at(-1)!, readValues(attentionWeights(crossAttention!.query, crossAttention!.key, {}, { head })));
    }
  };
  const session = model.open(memory, attention ? observe : undefined);
  const ids: number[] = [];
  let text = "";
  try {
    const until = { stopTokens: [textEnd], maximumTokens };
    for await (const id of generate(session, [textStart], until)) {
      ids.push(id);
      const longer = textOf(ids);
      // a letter of several bytes is not written before it is whole
      if (!longer.endsWith("\uFFFD")) {
        write?.(longer.slice(text.length));
        text = longer;
      }
      await setImmediate(); // lets what is written out, new sound and Ctrl-C in
    }
  } catch (cause) {
    if (!(cause instanceof TransformerError)) throw cause;
    throw new UserError("The model gives no finite answer: its files are damaged. Get them again.", { cause });
  } finally {
    session.dispose();
  }
  return { ids, text, attention: seen.slice(0, ids.length) };
}

function addTo(sum: Float64Array, weights: ArrayLike<number>): void {
  for (let i = 0; i < sum.length; i++) sum[i] += weights[i] / alignedHeads.length;
}
