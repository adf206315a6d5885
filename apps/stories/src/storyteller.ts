import { openBackend } from "@fovea/command-line/backends";
import { rotaryTables, rotaryTransform } from "@fovea/embedding";
import { createDecoder, type AttentionSettings, type DecoderSession } from "@fovea/transformer";
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
  /** Starts a story; whoever opens it disposes of it. */
  open(): DecoderSession;
  dispose(): void;
}

/** The model where it runs, its heads attending as the mode says. */
export function createStoryteller({ sizes, weights }: Llama, options: StorytellerOptions): Storyteller {
  const { mode, endless } = options;
  const { dim, heads, context } = sizes;
  const attention: AttentionSettings = {
    heads,
    score: mode.score,
    mask: mode.mask,
    positionTransform: rotaryTransform(rotaryTables({ positions: context, rotaryDim: dim / heads })),
  };
  const backend = openBackend(options.backend);
  const decoder = createDecoder(weights, { attention, backend });
  return {
    open: () => decoder.open({ cache: endless ? { window: endlessWindow } : { capacity: context } }),
    dispose() {
      decoder.dispose();
      backend.dispose();
    },
  };
}
