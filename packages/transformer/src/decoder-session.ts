import { referenceBackend } from "@fovea/dot-product-attention";
import { crossAttentionCache, KeyValueCache } from "@fovea/multi-head-attention";
import { clone, slice, type Tensor } from "@fovea/tensor";
import { checkOptions, type OptionNames } from "./check-options.ts";
import type { PreparedDecoder, SessionOptions } from "./decoder.ts";
import { decoderLayer } from "./layer.ts";
import { normalize } from "./normalization.ts";
import { embedTokens } from "./token-embedding.ts";
import type { TokenSession } from "./token-session.ts";
import { TransformerError } from "./transformer-error.ts";

const optionNames: OptionNames<SessionOptions> = { memory: true, memoryLengths: true, cache: true, observe: true };

/** Sequences that a decoder is in the middle of: one key-value cache per layer, and the encoder's keys and values where there is an encoder. */
export class DecoderSession implements TokenSession {
  readonly #decoder: PreparedDecoder;
  readonly #caches: readonly KeyValueCache[];
  readonly #memories: readonly (KeyValueCache | undefined)[];
  readonly #observe: SessionOptions["observe"];
  #memoryLengths: readonly number[] | undefined;
  #batch: number | null;
  #length = 0;
  #disposed = false;

  /** @throws {TransformerError | ShapeError} for an option that there is not, a memory and no cross-attention, or the other way round */
  constructor(decoder: PreparedDecoder, options: SessionOptions = {}) {
    checkOptions("open", options, optionNames);
    const { memory, memoryLengths, cache, observe } = options;
    this.#decoder = decoder;
    this.#observe = observe;
    const attends = decoder.layers.some(({ crossAttention }) => crossAttention);
    if (attends !== (memory !== undefined)) {
      throw new TransformerError(
        attends
          ? "open: this decoder attends to an encoder, got no memory. Pass the encoder's vectors."
          : "open: got memory, but no layer has crossAttention weights. Leave memory out.",
      );
    }
    this.#memories = decoder.layers.map(({ crossAttention }, index) => {
      const { positionTransform, heads } = decoder.crossAttention[index];
      const settings = { heads, positionTransform, backend: decoder.backend, storage: cache };
      return crossAttention && memory && this.#scope(() => crossAttentionCache(crossAttention, memory, settings));
    });
    this.#memoryLengths = memoryLengths && Array.from(memoryLengths);
    this.#batch = memory?.shape[0] ?? null;
    this.#caches = decoder.layers.map(() => new KeyValueCache(cache));
  }

  /** Tokens that each sequence has been fed. */
  get length(): number {
    return this.#length;
  }

  /** Appends tokens to each sequence; a refusal leaves everything as it was.
   *  @param ids `[batch][tokens]`, all of one length
   *  @returns logits of the next token, `[batch, vocabulary]`, plain
   *  @throws {TransformerError} when the number of sequences changes; `reorder` changes it
   *  @throws {EmbeddingError} for an id or a position without a row */
  feed(ids: readonly (readonly number[])[]): Tensor {
    if (this.#disposed) throw new TransformerError("feed: this session has been disposed of. Open another.");
    if (this.#batch !== null && ids.length !== this.#batch) {
      throw new TransformerError(`feed: expected ${this.#batch} sequences, got ${ids.length}.`);
    }
    const before = this.#caches.map((cache) => cache.nextPosition);
    try {
      // in JavaScript's own memory, where no scope ends
      const logits = this.#scope(() => clone(this.#run(ids)));
      this.#batch = ids.length;
      this.#length += ids[0].length;
      return logits;
    } catch (error) {
      for (const [layer, cache] of this.#caches.entries()) {
        if (cache.length > before[layer]) cache.truncate(before[layer]);
      }
      throw error;
    }
  }

  /** Sequence i becomes what sequence `order[i]` was: beams that go on once, several times or not at all. */
  reorder(order: readonly number[]): void {
    const batch = this.#batch ?? 1;
    if (order.length === 0 || order.some((from) => !Number.isInteger(from) || from < 0 || from >= batch)) {
      throw new TransformerError(
        `reorder: expected sequences from 0 to ${batch - 1}, at least one, got [${order.join(", ")}].`,
      );
    }
    for (const cache of [...this.#caches, ...this.#memories]) {
      if (cache && cache.length > 0) cache.reorder(order);
    }
    this.#memoryLengths &&= order.map((from) => this.#memoryLengths![from]);
    this.#batch = order.length;
  }

  /** Overwrites the caches with zeros and releases them; feeding it afterwards throws. */
  dispose(): void {
    for (const cache of [...this.#caches, ...this.#memories]) cache?.dispose();
    this.#disposed = true;
  }

  #run(ids: readonly (readonly number[])[]): Tensor {
    const { embedding, layers, attention, crossAttention, normalization, head, order, backend } = this.#decoder;
    const operations = backend.operations ?? referenceBackend.operations;
    let x = embedTokens(embedding, ids, this.#length, operations);
    for (const [index, layer] of layers.entries()) {
      const result = decoderLayer(layer, x, {
        attention: attention[index],
        crossAttention: crossAttention[index],
        order,
        cache: this.#caches[index],
        memory: this.#memories[index],
        memoryLengths: this.#memoryLengths,
        backend,
      });
      this.#observe?.(index, result);
      x = result.output;
    }
    const last = slice(x, [null, x.shape[1] - 1]);
    const normalized = normalization ? normalize(last, normalization, operations) : last;
    return operations.linear(normalized, head.weight, { bias: head.bias });
  }

  #scope<R>(body: () => R): R {
    return (this.#decoder.backend.operations ?? referenceBackend.operations).scope(body);
  }
}
