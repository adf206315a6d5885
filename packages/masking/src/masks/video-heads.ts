import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import { MaskError } from "../mask-error.ts";
import { spatialHead } from "./spatial-head.ts";
import type { VideoOptions } from "./spatial-head.ts";
import { temporalHead } from "./temporal-head.ts";

/** Sparse VideoGen: some heads look around in space, others along time, as told by `heads`.
 *
 *  ```
 *  spatial ██··   temporal █·█·   2 frames of 2 tokens, width 1
 *          ███·            ·█·█
 *          ·███            █·█·
 *          ··██            ·█·█
 *  ```
 *
 *  @param options as for `spatialHead` and `temporalHead`; `heads`: the kind of each head, kept in table `temporal` (bool, `[heads]`);
 *    heads after the list are spatial
 *  @throws {MaskError} when a head is neither "spatial" nor "temporal"
 *  @see Xi et al. 2025, "Sparse VideoGen", section 4 */
export function videoHeads(options: VideoOptions & { readonly heads: readonly ("spatial" | "temporal")[] }): Program {
  checkOptions(
    "videoHeads",
    options,
    { frames: true, tokensPerFrame: true, prompt: true, width: true, firstFrame: true, roundTo: true, heads: true },
    {
      required: true,
      example: 'videoHeads({ frames: 4, tokensPerFrame: 16, heads: ["spatial", "temporal"] })',
      Refuse: MaskError,
    },
  );
  const { heads, ...video } = options;
  const unknown = heads.findIndex((kind) => kind !== "spatial" && kind !== "temporal");
  if (unknown !== -1)
    throw new MaskError(
      `videoHeads: heads[${unknown}] must be "spatial" or "temporal", got ${String(heads[unknown])}.`,
    );
  const [spatial, temporal] = [spatialHead(video), temporalHead(video)];
  return trace(({ head, table, call, select }) => {
    const isTemporal = table(
      "temporal",
      heads.map((kind) => kind === "temporal"),
      { type: "bool" },
    ).at(head);
    return select(isTemporal, call(temporal), call(spatial));
  });
}
