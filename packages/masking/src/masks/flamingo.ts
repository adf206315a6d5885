import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import { MaskError } from "../mask-error.ts";
import { largestInt, wholeNumber, wholeNumbers } from "../whole-number.ts";

/** Cross-attention from text (queries) to images or clips (keys), where the media stand in the text at `positions`. */
export interface FlamingoOptions {
  /** Text position at which each image or clip stands, ascending. */
  readonly positions: readonly number[];
  /** Keys per image or clip; those of the first come first. */
  readonly tokensPerMedia: number;
  /** "last" (the default, as in the paper): text sees only the last media before it; "all": every one before it. */
  readonly sees?: "last" | "all";
  /** Text position at which each media stops being seen; instead of `sees`. */
  readonly ends?: readonly number[];
}

/** Text sees the media that stand before it, or only the last of them.
 *
 *  ```
 *  ····   positions 1 3, tokensPerMedia 2
 *  ██··
 *  ██··
 *  ··██
 *  ··██
 *  ```
 *
 *  Kept in tables `mediaStart` and `mediaEnd` (int, `[media]`): text in `mediaStart … mediaEnd - 1` sees the media.
 *  @throws {MaskError} when positions descend, or ends are not as many as positions
 *  @see Alayrac et al. 2022, "Flamingo", section 2.3 and figure 7 */
export function flamingo(options: FlamingoOptions): Program {
  checkOptions(
    "flamingo",
    options,
    { positions: true, tokensPerMedia: true, sees: true, ends: true },
    { required: true, example: "flamingo({ positions: [2], tokensPerMedia: 4 })", Refuse: MaskError },
  );
  const { positions, tokensPerMedia, sees = "last", ends } = options;
  wholeNumbers("flamingo", "positions", positions);
  wholeNumber("flamingo", "tokensPerMedia", tokensPerMedia, 1);
  if (sees !== "last" && sees !== "all")
    throw new MaskError(`flamingo: sees must be "last" or "all", got ${String(sees)}.`);
  const descends = positions.findIndex((position, media) => media > 0 && position < positions[media - 1]);
  if (descends !== -1)
    throw new MaskError(
      `flamingo: positions must ascend, got ${positions[descends]} after ${positions[descends - 1]}.`,
    );
  if (ends !== undefined) {
    wholeNumbers("flamingo", "ends", ends);
    if (ends.length !== positions.length)
      throw new MaskError(
        `flamingo: ends must have one number for each of the ${positions.length} positions, got ${ends.length}.`,
      );
  }
  const forever = largestInt;
  const untilNext = positions.map((_, media) => (sees === "last" ? (positions[media + 1] ?? forever) : forever));
  return trace(({ query, key, table }) => {
    const media = key.floorDivide(tokensPerMedia);
    const start = table("mediaStart", Int32Array.from(positions)).at(media);
    const end = table("mediaEnd", Int32Array.from(ends ?? untilNext)).at(media);
    return query.greaterEqual(start).and(query.less(end));
  });
}
