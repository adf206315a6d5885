import { tensor, transpose, readValues, type Tensor } from "@fovea/tensor";
import type { Program } from "@fovea/program";
import { checkOptions, type OptionNames } from "../check-options.ts";
import { checkOrder } from "../check-order.ts";
import type { DecoderSettings, DecoderWeights } from "../decoder.ts";
import { settingsOfLayers } from "../settings.ts";
import { TransformerError } from "../transformer-error.ts";
import type { TokenSession } from "../token-session.ts";
import { checkRowSession } from "./check-row-session.ts";
import { programOf } from "./row-attention.ts";
import { createRowLayer, type RowLayer } from "./row-layer.ts";
import { createRowLinear, type RowLinear } from "./row-linear.ts";
import { RowMemory } from "./row-memory.ts";
import { createRowNorm, type RowNorm } from "./row-norm.ts";
import { panelColumns } from "./row-product.ts";
import { createSight, type Sight } from "./visible-runs.ts";

/** How many tokens are kept: `capacity`, or for ever a window with sinks, as `KeyValueCache` keeps it when it is fed token by token. A prompt longer than
 *  the window is no exception here; `createDecoder` appends a prompt whole, and drops what leaves the window afterwards. */
export type RowSessionOptions =
  { readonly capacity: number } | { readonly window: { readonly recent: number; readonly sinks?: number } };

type RowSettings = Omit<DecoderSettings, "backend" | "crossAttention">;

const settingNames: OptionNames<RowSettings> = { attention: true, order: true };

/** One sequence, one token at a time, in one memory: a whole decode step is a few products and plain loops, with no kernel to call, no shape to check and
 *  nothing to allocate. For models so narrow that all this costs more than computing: at width 64 it is more than ten times as fast as `createDecoder` on
 *  any backend, at 256 three times, at 1024 about even. Same weights, same programs, same numbers to float32's accuracy. */
export class RowSession implements TokenSession {
  readonly #memory = new RowMemory();
  readonly #layers: readonly RowLayer[];
  readonly #embedding: DecoderWeights["embedding"];
  readonly #tokens: Float32Array;
  readonly #positions: Float32Array | null;
  readonly #embeddingNorm: RowNorm | null;
  readonly #norm: RowNorm | null;
  readonly #head: RowLinear;
  readonly #x: number;
  readonly #logits: number;
  readonly #vocabulary: number;
  readonly #dim: number;
  readonly #room: number;
  readonly #recent: number;
  readonly #sinks: number;
  #length = 0;
  /** Tokens in the caches, and how much further on than their place those after the sinks lie. */
  #kept = 0;
  #shift = 0;

  /** @throws {TransformerError} for a setting or an option that there is not, and what it cannot do: cross-attention, query or key normalization, normalizers but softmax, probability programs
   *  @throws {ProgramError} for a program that cannot be run */
  constructor(weights: DecoderWeights, settings: RowSettings, options: RowSessionOptions) {
    checkOptions("RowSession", settings, settingNames);
    const order = checkOrder("RowSession", settings.order);
    const { embedding, layers } = weights;
    const attention = settingsOfLayers("RowSession", "attention", settings.attention, layers.length);
    const { room, recent, sinks } = checkRowSession(weights, attention, options);
    this.#embedding = embedding;
    [this.#vocabulary, this.#dim] = embedding.tokens.shape as [number, number];
    this.#room = room;
    this.#recent = recent;
    this.#sinks = sinks;
    this.#tokens = Float32Array.from(readValues(embedding.tokens), (value) => value * (embedding.scale ?? 1));
    this.#positions = embedding.positions ? Float32Array.from(readValues(embedding.positions)) : null;
    const memory = this.#memory;
    const norm = (normalization: DecoderWeights["normalization"]): RowNorm | null =>
      normalization ? createRowNorm(memory, normalization, this.#dim) : null;
    this.#embeddingNorm = norm(embedding.normalization);
    this.#norm = norm(weights.normalization);
    const sights = new Map<Program | null, Sight>();
    const sightOf = (mask: Program | null): Sight => {
      const sight = sights.get(mask) ?? createSight(mask);
      sights.set(mask, sight);
      return sight;
    };
    this.#layers = layers.map((layer, index) =>
      createRowLayer(memory, layer, {
        settings: attention[index],
        sight: sightOf(attention[index].mask ? programOf(attention[index].mask) : null),
        order,
        room,
        moves: recent !== Infinity,
      }),
    );
    const { weight, bias } = weights.head ?? { weight: transpose(embedding.tokens) };
    if ("values" in weight) throw new TransformerError("RowSession: the head is quantized. Use createDecoder.");
    this.#head = createRowLinear(memory, { weight, ...(bias && { bias }) });
    this.#vocabulary = weight.shape[1];
    this.#x = memory.allocate(this.#dim + panelColumns);
    this.#logits = memory.allocate(this.#vocabulary + panelColumns);
  }

  /** Tokens it has been fed. */
  get length(): number {
    return this.#length;
  }

  /** @param ids one sequence, at least one token
   *  @returns logits `[1, vocabulary]`
   *  @throws {TransformerError} for several sequences, a token or position without a vector, or more tokens than there is room for; nothing has changed then */
  feed(ids: readonly (readonly number[])[]): Tensor {
    const [sequence] = ids;
    if (ids.length !== 1 || sequence.length === 0) {
      throw new TransformerError(
        `feed: expected one sequence of at least one token, got ${ids.length}. Use createDecoder for more.`,
      );
    }
    this.#check(sequence);
    for (const token of sequence) this.#step(token);
    const { numbers } = this.#memory;
    this.#norm?.(this.#x, this.#x);
    this.#head(this.#x, this.#logits);
    return tensor(numbers.slice(this.#logits, this.#logits + this.#vocabulary), { shape: [1, this.#vocabulary] });
  }

  /** Forgets everything: the next token is the first. */
  reset(): void {
    for (const { cache } of this.#layers) cache.wipe();
    this.#length = this.#kept = this.#shift = 0;
  }

  #step(token: number): void {
    const dim = this.#dim;
    const { numbers } = this.#memory;
    for (let d = 0; d < dim; d++) {
      numbers[this.#x + d] =
        this.#tokens[token * dim + d] + (this.#positions ? this.#positions[this.#length * dim + d] : 0);
    }
    this.#embeddingNorm?.(this.#x, this.#x);
    const place = this.#makeRoom();
    const window = { sinks: this.#sinks, shift: this.#shift };
    for (const layer of this.#layers) layer.run(this.#x, place, window);
    this.#kept = place + 1;
    this.#length += 1;
  }

  /** Drops what a window leaves, by looking further on; at the end of the room what is in sight moves back to its beginning.
   *  @returns the place of the new token */
  #makeRoom(): number {
    const place = Math.min(this.#kept, this.#sinks + this.#recent);
    this.#shift += this.#kept - place;
    if (place + this.#shift >= this.#room) {
      for (const layer of this.#layers) layer.move(this.#sinks + this.#shift, this.#sinks, place - this.#sinks);
      this.#shift = 0;
    }
    return place;
  }

  #check(sequence: readonly number[]): void {
    const vocabulary = this.#embedding.tokens.shape[0];
    const wrong = sequence.find((token) => !Number.isInteger(token) || token < 0 || token >= vocabulary);
    if (wrong !== undefined) {
      throw new TransformerError(`feed: tokens must be whole numbers from 0 to ${vocabulary - 1}, got ${wrong}.`);
    }
    const total = this.#length + sequence.length;
    const positions = this.#embedding.positions?.shape[0] ?? Infinity;
    const most = Math.min(positions, this.#recent === Infinity ? this.#room : Infinity);
    if (total > most) {
      throw new TransformerError(
        `feed: there is room for ${most} tokens; ${this.#length} are there and ${sequence.length} came. Open a larger session, or one with a window.`,
      );
    }
  }
}
