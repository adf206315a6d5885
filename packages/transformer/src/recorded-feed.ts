import type { Operand } from "@fovea/block-operations";
import type { RecordedStep } from "@fovea/dot-product-attention";
import type { KeyValueCache } from "@fovea/multi-head-attention";
import { writeTokenIds, type TokenIds } from "./token-embedding.ts";

/** What a step was recorded with: it can be run again where all of this is the same. */
export interface StepSetting<T extends Operand> {
  readonly batch: number;
  readonly memoryLengths: readonly number[] | undefined;
  /** Where keys and values lie, layer by layer, the encoder's too. */
  readonly memories: readonly (T | null)[];
  /** How many tokens each layer's window drops. */
  readonly drops: readonly number[];
}

/** The setting of the next step of one token; null where a cache moves to other memory first. */
export function nextSetting<T extends Operand>(
  caches: readonly KeyValueCache<T>[],
  memories: readonly (KeyValueCache<T> | undefined)[],
  batch: number,
  memoryLengths: readonly number[] | undefined,
): StepSetting<T> | null {
  const drops: number[] = [];
  for (const cache of caches) {
    const dropped = cache.nextDrop(1);
    if (dropped === null) return null;
    drops.push(dropped);
  }
  const places = [...caches, ...memories].map((cache) => cache?.memory ?? null);
  return { batch, memoryLengths, memories: places, drops };
}

/** A step of one token for each sequence, recorded by a backend. */
export class RecordedFeed<T extends Operand> {
  readonly #setting: StepSetting<T>;
  readonly #tokens: TokenIds;
  readonly #step: RecordedStep<T>;

  /** @param step records what is computed from `tokens` */
  constructor(setting: StepSetting<T>, tokens: TokenIds, step: RecordedStep<T>) {
    this.#setting = setting;
    this.#tokens = tokens;
    this.#step = step;
  }

  fits({ batch, memoryLengths, memories, drops }: StepSetting<T>): boolean {
    const own = this.#setting;
    return (
      own.batch === batch &&
      own.memoryLengths === memoryLengths &&
      own.memories.every((memory, index) => memory === memories[index]) &&
      own.drops.every((drop, index) => drop === drops[index])
    );
  }

  /** Runs it for the next tokens, the caches going on with it.
   *  @returns the logits; null, with nothing changed, where it must be recorded anew */
  run(caches: readonly KeyValueCache<T>[], ids: readonly (readonly number[])[], start: number): T | null {
    writeTokenIds(this.#tokens, ids, start);
    const undo = caches.map((cache) => cache.advance(1));
    let done = false;
    try {
      done = this.#step.run();
    } finally {
      if (!done) for (const retreat of undo) retreat();
    }
    return done ? this.#step.result : null;
  }

  dispose(): void {
    this.#step.dispose();
  }
}
