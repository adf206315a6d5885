import onnxProto from "onnx-proto";
import { shapesOf } from "../work.ts";
import type { AttentionWork } from "../work.ts";

const { onnx } = onnxProto;
const float = onnx.TensorProto.DataType.FLOAT;
const bool = onnx.TensorProto.DataType.BOOL;

/** The operator that does the work: `Attention` of ONNX 23, or onnxruntime's own flash kernel. */
export type Operator = "Attention" | "MultiHeadAttention";

export interface ModelInput {
  readonly name: "query" | "key" | "value" | "mask";
  readonly shape: readonly number[];
  /** "headsFirst" `[batch, heads, length, headDim]`, "lengthFirst" `[batch, length, heads × headDim]`. */
  readonly order: "headsFirst" | "lengthFirst";
}

/** A model of one node with the output `output`. Masks that the operator does not know are an input `mask` `[queries, keys]`.
 *  @see https://onnx.ai/onnx/operators/onnx__Attention.html */
export function attentionModel(
  work: AttentionWork,
  operator: Operator,
): { readonly bytes: Uint8Array; readonly inputs: readonly ModelInput[] } {
  const { query, key } = shapesOf(work);
  const own = operator === "MultiHeadAttention";
  const order = own ? "lengthFirst" : "headsFirst";
  const ordered = ([batch, heads, length, headDim]: readonly number[]): number[] =>
    own ? [batch, length, heads * headDim] : [batch, heads, length, headDim];
  const inputs: ModelInput[] = [
    { name: "query", shape: ordered(query), order },
    { name: "key", shape: ordered(key), order },
    { name: "value", shape: ordered(key), order },
  ];
  if (typeof work.mask === "object") inputs.push({ name: "mask", shape: [query[2], key[2]], order });
  const causal = work.mask === "causal" ? 1 : 0;
  const attribute = own ? { num_heads: work.heads, unidirectional: causal } : { is_causal: causal };
  const node = {
    opType: operator,
    domain: own ? "com.microsoft" : "",
    input: inputs.map(({ name }) => name),
    output: ["output"],
    attribute: Object.entries(attribute).map(([name, i]) => ({
      name,
      i,
      type: onnx.AttributeProto.AttributeType.INT,
    })),
  };
  const input = inputs.map(({ name, shape }) => valueInfo(name, shape, name === "mask" ? bool : float));
  const output = [valueInfo("output", ordered(query), float)];
  const opsetImport = [
    { domain: "", version: 23 },
    { domain: "com.microsoft", version: 1 },
  ];
  const model = { irVersion: 10, opsetImport, graph: { name: "attention", node: [node], input, output } };
  return { bytes: onnx.ModelProto.encode(onnx.ModelProto.fromObject(model)).finish(), inputs };
}

function valueInfo(name: string, shape: readonly number[], elemType: number): object {
  return { name, type: { tensorType: { elemType, shape: { dim: shape.map((dimValue) => ({ dimValue })) } } } };
}
