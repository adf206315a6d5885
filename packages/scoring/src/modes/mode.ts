import type { Program } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import { perHead } from "../combine/per-head.ts";
import type { PerHeadOptions } from "../combine/per-head.ts";
import { ScoreError } from "../score-error.ts";

/** A way of looking: how scores change and who may be seen, ready to be an attention's options:
 *  `attention(query, key, value, focus())`. `null` changes nothing, hides nothing. */
export interface Mode {
  readonly score: Program | null;
  readonly mask: Program | null;
}

/** Gives each query head its own way of looking; `null` is plain attention.
 *  `perHeadModes([focus(), scan({ heads: 4 }), recall(), null])` */
export function perHeadModes(modes: readonly (Mode | null)[], options: PerHeadOptions = {}): Mode {
  checkOptions(
    "perHeadModes",
    options,
    { heads: true },
    { example: "perHeadModes(modes, { heads: 8 })", Refuse: ScoreError },
  );
  if (modes.length === 0)
    throw new ScoreError("perHeadModes: expected a mode per head, got none. Pass null for plain attention.");
  const join = (programs: readonly (Program | null)[]): Program | null =>
    programs.every((program) => program === null) ? null : perHead(programs, options);
  if (options.heads !== undefined && options.heads !== modes.length) {
    throw new ScoreError(
      `perHeadModes: expected ${options.heads} modes, one per head, got ${modes.length}. Pass null for plain attention.`,
    );
  }
  return Object.freeze({
    score: join(modes.map((mode) => mode?.score ?? null)),
    mask: join(modes.map((mode) => mode?.mask ?? null)),
  });
}
