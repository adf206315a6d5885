import { UserError } from "@fovea/command-line";
import { causal, slidingWindow } from "@fovea/masking";
import type { Program } from "@fovea/program";
import { alibi, focus, glance, recall, scan, skim, withSinkKeys } from "@fovea/scoring";

/** A way for the model to look back at what it wrote. */
export interface Mode {
  readonly description: string;
  readonly score: Program | null;
  readonly mask: Program | null;
}

export interface ModeSizes {
  readonly heads: number;
  /** Tokens before the present one that windows see. */
  readonly window: number;
  /** First tokens that stay in sight. */
  readonly sinks: number;
}

/** Ways of looking by the name that `--mode` takes. The model was trained with `full`: every other one shows what it does without having learned it. */
export const modes: Readonly<Record<string, (sizes: ModeSizes) => Mode>> = {
  full: () => ({ description: "every token before", score: null, mask: causal() }),
  window: ({ window }) => ({
    description: `the last ${window} tokens`,
    score: null,
    mask: slidingWindow({ lookback: window }),
  }),
  sinks: ({ window, sinks }) => ({
    description: `the first ${sinks} tokens and the last ${window}`,
    score: null,
    mask: withSinkKeys(slidingWindow({ lookback: window }), { count: sinks }),
  }),
  alibi: ({ heads }) => ({
    description: "every token before, each head with its own fading (ALiBi), on top of rotary positions",
    score: alibi({ heads }),
    mask: causal(),
  }),
  focus: ({ window }) => ({
    description: `the last ${window} tokens, sharply`,
    ...focus({ lookback: window, lookahead: 0 }),
  }),
  scan: ({ heads, window }) => ({
    description: `the last ${window} tokens, the freshest most`,
    ...scan({ heads, lookback: window }),
  }),
  skim: () => ({ description: "the last few tokens, and every fourth before", ...skim({ causal: true }) }),
  recall: ({ window, sinks }) => ({
    description: `the first ${sinks} tokens and what lies more than ${window} back`,
    ...recall({ first: sinks, gap: window }),
  }),
  glance: () => ({ description: "every token before, none closely", ...glance({ causal: true }) }),
};

/** The mode of a name that `--mode` took.
 *  @throws {UserError} when there is none */
export function modeOf(name: string, sizes: ModeSizes): Mode {
  const mode = modes[name];
  if (mode) return mode(sizes);
  throw new UserError(`There is no mode ${name}: expected one of ${Object.keys(modes).join(", ")}.`);
}
