import type { Operand } from "@fovea/block-operations";
import { operationsOf, type Reading } from "@fovea/dot-product-attention";
import { crossAttentionCache, KeyValueCache } from "@fovea/multi-head-attention";
import type { Tensor } from "@fovea/tensor";
import { checkOptions, type OptionNames } from "./check-options.ts";
import { runDecoderLayer } from "./layer.ts";
import { normalize } from "./normalization.ts";
import type { PreparedDecoder } from "./prepared-decoder.ts";
import { nextSetting, RecordedFeed, type StepSetting } from "./recorded-feed.ts";
import type { SessionOptions } from "./session-options.ts";
import { checkPositions, embedTokens, tokenIds, type TokenIds } from "./token-embedding.ts";
import type { TokenSession } from "./token-session.ts";
import { TransformerError } from "./transformer-error.ts";

const optionNames: OptionNames<SessionOptions> = { memory: true, memoryLengths: true, cache: true, observe: true };

/** Steps kept at a time: sequences that are reordered go back and forth between two memories. */
const mostSteps = 2;

/** Sequences that a decoder is in the middle of: one key-value cache per layer, and the encoder's keys and values where there is an encoder.
 *
 *  Steps of one token are recorded by backends that offer it, see `Backend.record`, and run again as long as sizes stay the same. */
export class DecoderSession<T extends Operand = Tensor> implements TokenSession {
  readonly #decoder: PreparedDecoder<T>;
  readonly #caches: readonly KeyValueCache<T>[];
  readonly #memories: readonly (KeyValueCache<T> | undefined)[];
  readonly #observe: SessionOptions<T>["observe"];
  readonly #isWindowed: boolean;
  readonly #isRecordable: boolean;
  #steps: RecordedFeed<T>[] = [];
  #memoryLengths: readonly number[] | undefined;
  #batch: number | null;
  #length = 0;
  #disposed = false;

  /** @throws {TransformerError | ShapeError} for an option that there is not, a memory and no cross-attention, or the other way round */
  constructor(decoder: PreparedDecoder<T>, options: SessionOptions<T> = {}) {
    checkOptions("open", options, optionNames);
    const { memory, memoryLengths, cache, observe } = options;
    const { backend } = decoder;
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
    this.#memories = operationsOf(backend).scope(() => {
      const vectors = memory && backend.place(memory);
      return decoder.layers.map(({ crossAttention }, index) => {
        const { positionTransform, heads } = decoder.crossAttention[index];
        const settings = { heads, positionTransform, backend, storage: cache };
        return crossAttention && vectors && crossAttentionCache(crossAttention, vectors, settings);
      });
    });
    this.#memoryLengths = memoryLengths && Array.from(memoryLengths);
    this.#batch = memory?.shape[0] ?? null;
    this.#isWindowed = cache?.window !== undefined;
    this.#caches = decoder.layers.map(() => new KeyValueCache<T>({ ...cache, backend }));
    // what computes outside the backend cannot be recorded
    const turned = [...decoder.attention, ...decoder.crossAttention].map(({ positionTransform }) => positionTransform);
    this.#isRecordable =
      backend.record !== undefined && !observe && turned.every((transform) => !transform || transform.tables);
  }

  /** Tokens that each sequence has been fed. */
  get length(): number {
    return this.#length;
  }

  /** Appends tokens to each sequence; a refusal leaves everything as it was.
   *  @param ids `[batch][tokens]`, all of one length
   *  @returns logits of the next token, `[batch, vocabulary]`, plain: a promise where the backend can only answer later
   *  @throws {TransformerError} when the number of sequences changes; `reorder` changes it
   *  @throws {EmbeddingError} for an id or a position without a row */
  feed(ids: readonly (readonly number[])[]): Reading<T> {
    if (this.#disposed) throw new TransformerError("feed: this session has been disposed of. Open another.");
    if (this.#batch !== null && ids.length !== this.#batch) {
      throw new TransformerError(`feed: expected ${this.#batch} sequences, got ${ids.length}.`);
    }
    const logits = this.#runAgain(ids) ?? this.#undoing(() => this.#runOnce(ids));
    this.#batch = ids.length;
    this.#length += ids[0].length;
    return logits;
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
    const lengths = this.#memoryLengths;
    const isSame = order.length === batch && order.every((from, to) => lengths?.[from] === lengths?.[to]);
    // a recorded step knows them by their list
    if (lengths && !isSame) this.#memoryLengths = order.map((from) => lengths[from]);
    this.#batch = order.length;
  }

  /** Overwrites the caches with zeros and releases them; feeding it afterwards throws. */
  dispose(): void {
    for (const step of this.#steps.splice(0)) step.dispose();
    for (const cache of [...this.#caches, ...this.#memories]) cache?.dispose();
    this.#disposed = true;
  }

  /** A step of one token, recorded if it was not yet; null where that is not offered. */
  #runAgain(ids: readonly (readonly number[])[]): Reading<T> | null {
    const { backend, embedding } = this.#decoder;
    if (!this.#isRecordable || ids.length === 0 || ids.some(({ length }) => length !== 1)) return null;
    const setting = nextSetting(this.#caches, this.#memories, ids.length, this.#memoryLengths);
    if (!setting) return null;
    checkPositions(embedding.positions, this.#length);
    const found = this.#steps.findIndex((step) => step.fits(setting));
    if (found >= 0) {
      const logits = this.#steps[found].run(this.#caches, ids, this.#length);
      if (logits) return backend.read(logits);
      this.#steps.splice(found, 1)[0].dispose();
    }
    return this.#undoing(() => this.#record(setting, ids));
  }

  /** Where `run` fails, takes back what it appended. */
  #undoing<R>(run: () => R): R {
    const before = this.#caches.map(({ appends, nextPosition }) => ({ appends, nextPosition }));
    try {
      return run();
    } catch (error) {
      for (const [layer, cache] of this.#caches.entries()) {
        const { appends, nextPosition } = before[layer];
        if (cache.appends !== appends && cache.length > nextPosition) cache.truncate(nextPosition);
      }
      throw error;
    }
  }

  #record(setting: StepSetting<T>, ids: readonly (readonly number[])[]): Reading<T> {
    const { backend } = this.#decoder;
    const tokens = tokenIds(ids, this.#length);
    const step = backend.record!(() => this.#logits(tokens));
    this.#steps.push(new RecordedFeed(setting, tokens, step));
    if (this.#steps.length > mostSteps) this.#steps.shift()?.dispose();
    return backend.read(step.result);
  }

  #runOnce(ids: readonly (readonly number[])[]): Reading<T> {
    const { backend } = this.#decoder;
    const tokens = tokenIds(ids, this.#length);
    // in a list: a scope takes a promise for work that goes on
    const [logits] = operationsOf(backend).scope(() => [backend.read(this.#logits(tokens))] as const);
    return logits;
  }

  #logits(tokens: TokenIds): T {
    const { embedding, layers, attention, crossAttention, normalization, head, order, backend } = this.#decoder;
    const operations = operationsOf(backend);
    let x = embedTokens(embedding, tokens, operations);
    // in a window positions are places in the cache
    const positions = this.#isWindowed ? undefined : tokens.positions;
    for (const [index, layer] of layers.entries()) {
      const result = runDecoderLayer(layer, x, {
        attention: attention[index],
        crossAttention: crossAttention[index],
        order,
        cache: this.#caches[index],
        positions,
        memory: this.#memories[index],
        memoryLengths: this.#memoryLengths,
        backend,
      });
      this.#observe?.(index, result);
      x = result.output;
    }
    const last = operations.slice(x, [null, x.shape[1] - 1]);
    const normalized = normalization ? normalize(last, normalization, operations) : last;
    return operations.linear(normalized, head.weight, { bias: head.bias });
  }
}
