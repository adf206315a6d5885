import { both, causal } from "@fovea/masking";
import { trace, type Program } from "@fovea/program";

/** Masks that arrive with a call, and may hide pairs in any combination. */
export interface MaskKinds {
  /** `[batch, queries]`: padded queries see nothing. */
  readonly query: boolean;
  /** `[batch, keys]`: padded keys are not seen. */
  readonly key: boolean;
  /** `[batch, queries, keys]` */
  readonly pairs: boolean;
  readonly causal: boolean;
}

/** Names of the tables that hold them. A mask of the user's that has tables of these names gets others. */
export const maskTables = { query: "queryMask", key: "keyMask", pairs: "pairMask" } as const;

const byQuery = trace(({ batch, query, table }) => table(maskTables.query, { type: "bool", rank: 2 }).at(batch, query));
const byKey = trace(({ batch, key, table }) => table(maskTables.key, { type: "bool", rank: 2 }).at(batch, key));
const byPair = trace(({ batch, query, key, table }) =>
  table(maskTables.pairs, { type: "bool", rank: 3 }).at(batch, query, key),
);

/** One program of a layer's own mask and those that arrive with a call; null when there is none. */
export function maskProgram(own: Program | null, kinds: MaskKinds): Program | null {
  const masks = [
    ...(kinds.query ? [byQuery] : []),
    ...(kinds.key ? [byKey] : []),
    ...(kinds.pairs ? [byPair] : []),
    ...(kinds.causal ? [causal()] : []),
    ...(own ? [own] : []),
  ];
  return masks.length === 0 ? null : both(...masks);
}
