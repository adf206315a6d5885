import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import { MaskError } from "../mask-error.ts";
import { checkVideo } from "./spatial-head.ts";
import type { VideoOptions } from "./spatial-head.ts";

/** Sparse VideoGen, temporal head: each token sees the same place, give or take, in every frame: places less than
 *  `floor(width × tokensPerFrame / frames)` apart, at least the very same.
 *
 *  ```
 *  █·█·   2 frames of 2 tokens, width 1
 *  ·█·█
 *  █·█·
 *  ·█·█
 *  ```
 *
 *  @param options `width` as in Sparse VideoGen: as many tokens are seen as in `width` frames
 *  @throws {MaskError} when a size is not a whole number of at least 1 (prompt: 0)
 *  @see Xi et al. 2025, "Sparse VideoGen", section 4.1 */
export function temporalHead(options: VideoOptions): Program {
  checkOptions(
    "temporalHead",
    options,
    { frames: true, tokensPerFrame: true, prompt: true, width: true, firstFrame: true, roundTo: true },
    { required: true, example: "temporalHead({ frames: 4, tokensPerFrame: 16 })", Refuse: MaskError },
  );
  const { frames, tokensPerFrame, prompt = 0, width = 1 } = options;
  checkVideo("temporalHead", options);
  const reach = Math.max(Math.floor((width * tokensPerFrame) / frames), 1);
  return trace(({ query, key }) => {
    const queryPlace = query.subtract(prompt).remainder(tokensPerFrame);
    const keyPlace = key.subtract(prompt).remainder(tokensPerFrame);
    const near = queryPlace.subtract(keyPlace).less(reach).and(keyPlace.subtract(queryPlace).less(reach));
    return near.or(query.less(prompt)).or(key.less(prompt));
  });
}
