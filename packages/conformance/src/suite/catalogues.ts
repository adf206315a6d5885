import { normalizers, normalizerTraits } from "@fovea/dot-product-attention";
import type { AttentionOptions, Normalizer } from "@fovea/dot-product-attention";
import { causal, createBlockMask } from "@fovea/masking";
import type { Program } from "@fovea/program";
import { tensor } from "@fovea/tensor";
import { describe, test } from "vitest";
import { masks } from "../catalogue/masks.ts";
import { probabilities } from "../catalogue/probabilities.ts";
import { scores } from "../catalogue/scores.ts";
import { randomOperands } from "./random-operands.ts";
import type { Suite } from "./suite.ts";

const sinks = tensor(Float64Array.of(0.5, -1, 3, -Infinity));
const sinksOf = (normalizer: Normalizer): Pick<AttentionOptions, "sinks"> =>
  normalizerTraits[normalizer].sink === "learned" ? { sinks } : {};

const maskEntries = Object.entries(masks);
const scoreEntries = Object.entries(scores);

/** Every normalizer, score, mask and kind of probability program; each once by itself, then mixed so that all meet some of the others. */
export function describeCatalogues(suite: Suite): void {
  const { expectForward, expectBackward } = suite;
  const expectBoth = (seed: number, options: AttentionOptions, shape = {}): void => {
    expectForward(randomOperands(seed, shape), options);
    expectBackward(randomOperands(seed, shape), options);
  };

  describe("catalogues", () => {
    test.each(scoreEntries)("score: %s", (_, score) => expectBoth(21, { score, mask: causal(), queryOffset: 6 }));

    test.each(maskEntries)("mask: %s", (_, mask) => {
      expectBoth(22, { mask }, { queries: 25, keys: 26 });
      const sizes = { batch: 2, heads: 4, queries: 25, keys: 26, queryBlock: 6, keyBlock: 4 };
      expectBoth(22, { mask, blockMask: createBlockMask(mask, sizes) }, { queries: 25, keys: 26 });
    });

    const kinds: readonly [string, Program | null][] = [["none", null], ...Object.entries(probabilities)];
    for (const normalizer of normalizers) {
      test.each(kinds)(`normalizer ${normalizer}, probability program: %s`, (_, probability) => {
        for (const mask of [null, masks["causal documents"]]) {
          for (const score of [null, scores["ALiBi with learned slopes"]]) {
            expectBoth(23, { normalizer, probability, mask, score, ...sinksOf(normalizer) });
          }
        }
      });
    }

    const mixed = Array.from({ length: Math.max(maskEntries.length, scoreEntries.length) }, (_, i) => {
      const [scoreName, score] = scoreEntries[i % scoreEntries.length];
      const [maskName, mask] = maskEntries[(5 * i + 3) % maskEntries.length];
      const normalizer = normalizers[i % normalizers.length];
      return {
        title: `${normalizer}, ${scoreName}, ${maskName}`,
        options: { normalizer, score, mask, ...sinksOf(normalizer) },
      };
    });
    test.each(mixed)("$title", ({ options }) => {
      expectBoth(24, options, { headDim: 17, valueDim: 9, keyHeads: 4, queries: 14, keys: 23 });
    });
  });
}
