import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import { MaskError } from "../mask-error.ts";
import { wholeNumber } from "../whole-number.ts";

/** A video of `frames` × `tokensPerFrame` tokens that follow `prompt` tokens of text. */
export interface VideoOptions {
  readonly frames: number;
  readonly tokensPerFrame: number;
  /** Text tokens before the video, which see and are seen by everything; default 0. */
  readonly prompt?: number;
  /** How much a head sees: distances below `width` frames; default 1. */
  readonly width?: number;
  /** True: the first frame is seen by everyone (spatial heads only); default false. */
  readonly firstFrame?: boolean;
  /** The reach of a spatial head, in tokens, is rounded down to a multiple of this (a block size, say); default 1. */
  readonly roundTo?: number;
}

/** Sparse VideoGen, spatial head: each token sees the tokens less than `width × tokensPerFrame` away, which are its own and nearby frames.
 *
 *  ```
 *  ██··   2 frames of 2 tokens, width 1
 *  ███·
 *  ·███
 *  ··██
 *  ```
 *
 *  @throws {MaskError} when a size is not a whole number of at least 1 (prompt: 0)
 *  @see Xi et al. 2025, "Sparse VideoGen", section 4.1 */
export function spatialHead(options: VideoOptions): Program {
  checkOptions(
    "spatialHead",
    options,
    { frames: true, tokensPerFrame: true, prompt: true, width: true, firstFrame: true, roundTo: true },
    { required: true, example: "spatialHead({ frames: 4, tokensPerFrame: 16 })", Refuse: MaskError },
  );
  const { tokensPerFrame, prompt = 0, width = 1, firstFrame = false, roundTo = 1 } = options;
  checkVideo("spatialHead", options);
  const reach = Math.floor((width * tokensPerFrame) / roundTo) * roundTo;
  const seenByAll = firstFrame ? prompt + tokensPerFrame : prompt;
  return trace(({ query, key }) => {
    const distance = query.subtract(key);
    const near = distance.less(reach).and(key.subtract(query).less(reach));
    return near.or(query.less(prompt)).or(key.less(seenByAll));
  });
}

/** The one check of a video's sizes. */
export function checkVideo(
  who: string,
  { frames, tokensPerFrame, prompt = 0, width = 1, roundTo = 1 }: VideoOptions,
): void {
  wholeNumber(who, "frames", frames, 1);
  wholeNumber(who, "tokensPerFrame", tokensPerFrame, 1);
  wholeNumber(who, "prompt", prompt);
  wholeNumber(who, "width", width, 1);
  wholeNumber(who, "roundTo", roundTo, 1, wholeNumber(who, "width × tokensPerFrame", width * tokensPerFrame));
}
