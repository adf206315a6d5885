import { blockMaskStatistics, causalDocuments, createBlockMask, documentIds, slidingWindow } from "@fovea/masking";
import { documentLengths } from "../document-lengths.ts";
import type { Prepared } from "../prepared.ts";

const length = 2 ** 20;

/** Block masks of a million queries by a million keys in blocks of 128. */
export function prepareBlockMask(kind: "window" | "documents"): Prepared {
  const mask =
    kind === "window"
      ? slidingWindow({ lookback: 4095 })
      : causalDocuments(documentIds(documentLengths(length, 65_536, 31)));
  const make = () => createBlockMask(mask, { queries: length, keys: length });
  let made = make();
  return {
    run: () => void (made = make()),
    figures: () => ({ bytes: blockMaskStatistics(made).bytes }),
  };
}
