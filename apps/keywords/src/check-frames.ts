import { UserError } from "@fovea/command-line";
import type { PatchWeights } from "@fovea/embedding";
import { toArray } from "@fovea/tensor";
import type { FrontEndWeights } from "./front-end.ts";
import { heardSamples } from "./heard-samples.ts";

/** Shapes do not say everything: blocks must fill a second and frames consist of blocks that there are, each with a position.
 *  @throws {UserError} when they do not */
export function checkFrames(
  path: string,
  { frontEnd, patches }: { readonly frontEnd: FrontEndWeights; readonly patches: PatchWeights },
): void {
  const { blockSamples, frames, window } = frontEnd;
  const [count, blocksOfFrame] = frames.shape as [number, number];
  const blocks = heardSamples / blockSamples;
  const isSound =
    Number.isInteger(blocks) &&
    blocks > 0 &&
    toArray(frames).every((block) => Number.isInteger(block) && block >= 0 && block < blocks) &&
    blockSamples * blocksOfFrame === window.shape[0] &&
    patches.positions?.shape[0] === count + 1;
  if (!isSound) throw new UserError(`${path} is damaged: its frames of sound do not fit a second, or the positions.`);
}
