import { heatmapSvg } from "@fovea/inspection";
import { slice } from "@fovea/tensor";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { Tensor } from "@tensorflow/tfjs-core";
import { attentionOf } from "./attention-of.ts";
import { place } from "./place.ts";

/** `attention.svg`: who looks at whom, one square per layer and head. The inputs are disposed of.
 *  @param labels one for each token */
export function tokenAttention(
  net: LayersModel,
  inputs: Tensor,
  labels: readonly string[],
  depth: number,
): { readonly "attention.svg": string } {
  const cell = labels.length > 20 ? 11 : 14;
  const maps = Array.from({ length: depth }, (_, layer) => {
    const weights = attentionOf(net, `block${layer + 1}_attention`, inputs);
    return Array.from({ length: weights.shape[1] }, (_, head) => ({
      title: `layer ${layer + 1}, head ${head + 1}`,
      svg: heatmapSvg(slice(weights, [0, head]), {
        cell,
        rowLabels: labels,
        columnLabels: labels,
        title: `layer ${layer + 1}, head ${head + 1}`,
      }),
    }));
  });
  inputs.dispose();
  return { "attention.svg": place(maps, (labels.length + 2) * cell) };
}
