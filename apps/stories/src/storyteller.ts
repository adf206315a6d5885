import { rotaryTables, rotaryTransform } from "@fovea/embedding";
import type { CacheOptions } from "@fovea/multi-head-attention";
import { createDecoder, type TokenSession } from "@fovea/transformer";
import { backends } from "./backends.ts";
import type { Mode } from "./modes.ts";
import type { Llama } from "./read-llama.ts";

/** Tokens that stay in the cache when a story outgrows what the model was trained on. */
export const endlessWindow = { recent: 252, sinks: 4 };

export interface StorytellerOptions {
  readonly mode: Mode;
  /** Where the model runs. */
  readonly backend: string;
  /** Whether the text may outgrow the context: the cache then keeps `endlessWindow`, and positions are places in the cache. */
  readonly endless: boolean;
}

export interface Storyteller {
  readonly session: TokenSession;
  dispose(): void;
}

/** A session of the model, its heads attending as the mode says. */
export function openStoryteller({ sizes, weights }: Llama, options: StorytellerOptions): Storyteller {
  const { mode, endless } = options;
  const backend = backends[options.backend]();
  const { dim, heads, context } = sizes;
  const tables = rotaryTables({ positions: context, rotaryDim: dim / heads });
  const attention = {
    heads,
    score: mode.score,
    mask: mode.mask,
    positionTransform: rotaryTransform(tables, { layout: "interleaved" }),
  };
  const decoder = createDecoder(weights, { attention, backend });
  const memory: CacheOptions =
    "allocate" in backend ? { allocate: backend.allocate as NonNullable<CacheOptions["allocate"]> } : {};
  const session = decoder.open({ cache: { ...memory, ...(endless && { window: endlessWindow }) } });
  return {
    session,
    dispose() {
      session.dispose();
      decoder.dispose();
      backend.dispose();
    },
  };
}
