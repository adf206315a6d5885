import { openBackend } from "@fovea/command-line/backends";
import type { Backend } from "@fovea/dot-product-attention";
import { rotaryTables, rotaryTransform } from "@fovea/embedding";
import type { CacheOptions } from "@fovea/multi-head-attention";
import { createDecoder, RowSession, type AttentionSettings, type TokenSession } from "@fovea/transformer";
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
  const { dim, heads, context } = sizes;
  const attention: AttentionSettings = {
    heads,
    score: mode.score,
    mask: mode.mask,
    positionTransform: rotaryTransform(rotaryTables({ positions: context, rotaryDim: dim / heads })),
  };
  const backend = options.backend === "rows" ? null : openBackend(options.backend);
  if (backend) return openOn(backend, weights, attention, endless ? { window: endlessWindow } : {});
  const session = new RowSession(weights, { attention }, endless ? { window: endlessWindow } : { capacity: context });
  return { session, dispose: () => session.reset() };
}

function openOn(
  backend: Backend,
  weights: Llama["weights"],
  attention: AttentionSettings,
  cache: CacheOptions,
): Storyteller {
  const decoder = createDecoder(weights, { attention, backend });
  const session = decoder.open({ cache });
  return {
    session,
    dispose() {
      session.dispose();
      decoder.dispose();
      backend.dispose();
    },
  };
}
