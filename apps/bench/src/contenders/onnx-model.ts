import onnxProto from "onnx-proto";
import { shapesOf } from "../work.ts";
import type { AttentionWork } from "../work.ts";

const { onnx } = onnxProto;
const float = onnx.TensorProto.DataType.FLOAT;
const bool = onnx.TensorProto.DataType.BOOL;
const int32 = onnx.TensorProto.DataType.INT32;

/** The operator that does the work: `Attention` of ONNX 23, or one of onnxruntime's own, which have flash kernels. `GroupQueryAttention` is always causal;
 *  it computes the whole lower triangle, and hides what lies before a window. */
export type Operator = "Attention" | "MultiHeadAttention" | "GroupQueryAttention";

export interface ModelInput {
  /** `last` is the index of each sequence's last key, `total` how many keys the longest has. */
  readonly name: "query" | "key" | "value" | "mask" | "last" | "total";
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
  const own = operator !== "Attention";
  const grouped = operator === "GroupQueryAttention";
  const order = own ? "lengthFirst" : "headsFirst";
  const ordered = ([batch, heads, length, headDim]: readonly number[]): number[] =>
    own ? [batch, length, heads * headDim] : [batch, heads, length, headDim];
  const inputs: ModelInput[] = [
    { name: "query", shape: ordered(query), order },
    { name: "key", shape: ordered(key), order },
    { name: "value", shape: ordered(key), order },
  ];
  if (grouped) {
    inputs.push({ name: "last", shape: [work.batch ?? 1], order }, { name: "total", shape: [], order });
  } else if (typeof work.mask === "object") inputs.push({ name: "mask", shape: [query[2], key[2]], order });
  const node = {
    opType: operator,
    domain: own ? "com.microsoft" : "",
    // past keys and values are left out
    input: inputs.flatMap(({ name }) => (name === "last" ? ["", "", name] : [name])),
    output: grouped ? ["output", "presentKey", "presentValue"] : ["output"],
    attribute: Object.entries(attributesOf(work, operator)).map(([name, i]) => ({
      name,
      i,
      type: onnx.AttributeProto.AttributeType.INT,
    })),
  };
  const input = inputs.map(({ name, shape }) => valueInfo(name, shape, inputTypes[name] ?? float));
  const output = [valueInfo("output", ordered(query), float)];
  const opsetImport = [
    { domain: "", version: 23 },
    { domain: "com.microsoft", version: 1 },
  ];
  const model = { irVersion: 10, opsetImport, graph: { name: "attention", node: [node], input, output } };
  return { bytes: onnx.ModelProto.encode(onnx.ModelProto.fromObject(model)).finish(), inputs };
}

const inputTypes: Partial<Record<ModelInput["name"], number>> = { mask: bool, last: int32, total: int32 };

function attributesOf(work: AttentionWork, operator: Operator): Readonly<Record<string, number>> {
  const { heads, keyHeads = heads, mask } = work;
  const causal = mask === "causal" ? 1 : 0;
  if (operator === "Attention") return { is_causal: causal };
  if (operator === "MultiHeadAttention") return { num_heads: heads, unidirectional: causal };
  const window = typeof mask === "object" && "window" in mask ? mask.window : -1;
  return { num_heads: heads, kv_num_heads: keyHeads, local_window_size: window };
}

/** A float or other tensor as a model declares it. */
export function valueInfo(name: string, shape: readonly number[], elemType: number): object {
  return { name, type: { tensorType: { elemType, shape: { dim: shape.map((dimValue) => ({ dimValue })) } } } };
}
