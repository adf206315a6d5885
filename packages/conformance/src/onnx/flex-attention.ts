import { attention as attend } from "@fovea/dot-product-attention";
import type { Program } from "@fovea/program";
import type { Tensor } from "@fovea/tensor";
import { asRecord } from "./decode-tensor.ts";
import { graphToProgram } from "./graph/graph-to-program.ts";
import type { OnnxGraph } from "./onnx-case.ts";
import type { Operands } from "./operands.ts";

/** FlexAttention (ai.onnx.preview 1): its subgraphs become the score and probability programs. */
export function flexAttention(operands: Operands): Tensor[] {
  const query = operands.input(0, "Q");
  const key = operands.input(1, "K");
  const value = operands.input(2, "V");
  const [batch, heads, queries, headDim] = query.shape;
  const program = (name: "score_mod" | "prob_mod"): Program | null => {
    const attribute = operands.attribute(name);
    if (attribute === undefined || attribute === null) return null;
    const { graph } = asRecord(name, attribute);
    return graphToProgram(name, asRecord(name, graph) as unknown as OnnxGraph, [batch, heads, queries, key.shape[2]]);
  };
  const { output } = attend(query, key, value, {
    score: program("score_mod"),
    probability: program("prob_mod"),
    scale: operands.number("scale", 1 / Math.sqrt(headDim)),
    backend: operands.backend,
  });
  return [output];
}
