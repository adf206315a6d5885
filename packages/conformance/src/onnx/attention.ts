import { attention as attend, attentionWeights } from "@fovea/dot-product-attention";
import { cast, concatenate, matmul, multiply, readValues, reshape, scalar, stack, map } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { attentionBias } from "./attention-bias.ts";
import { CaseError } from "./case-error.ts";
import type { Operands } from "./operands.ts";
import { packHeads, unpackHeads } from "./pack-heads.ts";

/** Attention (opsets 23 to 25): output, present key and value, and on request the scores at one of four stages. */
export function attention(operands: Operands): (Tensor | null)[] {
  const packed = operands.input(0, "Q").shape.length === 3;
  const heads = operands.whole("q_num_heads", 0);
  const keyHeads = operands.whole("kv_num_heads", 0);
  if (packed && (heads < 1 || keyHeads < 1)) {
    throw new CaseError("Attention: operands of three axes need q_num_heads and kv_num_heads.");
  }
  const read = (place: number, name: string, count: number): Tensor => {
    const operand = operands.input(place, name);
    return packed ? unpackHeads(name, operand, count) : operand;
  };
  const query = read(0, "Q", heads);
  const key = read(1, "K", keyHeads);
  const value = read(2, "V", keyHeads);
  const [batch, , queries, headDim] = query.shape;

  const pastKey = operands.optional(4, "past_key");
  const pastValue = operands.optional(5, "past_value");
  if ((pastKey === null) !== (pastValue === null)) {
    throw new CaseError("Attention: past_key and past_value come together.");
  }
  const past = pastKey && pastValue && { key: cast(pastKey, key.dtype), value: cast(pastValue, value.dtype) };
  const nonpad = operands.optional(6, "nonpad_kv_seqlen");
  if (nonpad && past) throw new CaseError("Attention: nonpad_kv_seqlen and a past exclude one another.");
  const presentKey = past ? concatenate([past.key, key], 2) : key;
  const presentValue = past ? concatenate([past.value, value], 2) : value;
  const lengths = nonpad && Array.from(readValues(nonpad));
  const queryOffsets = lengths
    ? lengths.map((length) => length - queries)
    : Array<number>(batch).fill(past ? past.key.shape[2] : 0);

  const keys = presentKey.shape[2];
  const scale = operands.number("scale", 1 / Math.sqrt(headDim));
  const softcap = operands.number("softcap", 0);
  const bias = attentionBias({
    attnMask: operands.optional(3, "attn_mask"),
    keys,
    causal: operands.whole("is_causal", 0) === 1,
    leftWindow: windowOf(operands, "left_window_size"),
    rightWindow: windowOf(operands, "right_window_size"),
    softcap,
    queryOffsets,
  });
  const options = {
    ...bias,
    scale,
    queryOffset: queryOffsets,
    ...(lengths ? { keyLengths: lengths.map((length) => Math.min(length, keys)) } : {}),
  };
  const { output } = attend(query, presentKey, presentValue, { ...options, backend: operands.backend });

  const matrix = (stage: "weight" | "score"): Tensor => {
    const plane = (b: number): Tensor =>
      stack(
        Array.from({ length: query.shape[1] }, (_, head) =>
          attentionWeights(query, presentKey, options, { batch: b, head, stage }),
        ),
        0,
      );
    return stack(
      Array.from({ length: batch }, (_, b) => plane(b)),
      0,
    );
  };
  const stages: Readonly<Record<number, () => Tensor>> = {
    0: () => products(query, presentKey, scale),
    1: () =>
      map(products(query, presentKey, scale), (score) =>
        softcap === 0 ? score : softcap * Math.tanh(score / softcap),
      ),
    2: () => matrix("score"),
    3: () => matrix("weight"),
  };
  const mode = operands.whole("qk_matmul_output_mode", 0);
  if (stages[mode] === undefined) throw new CaseError(`Attention: qk_matmul_output_mode is 0 to 3, got ${mode}.`);
  return [packed ? packHeads(output) : output, presentKey, presentValue, operands.wants(3) ? stages[mode]() : null];
}

function windowOf(operands: Operands, name: string): number {
  const size = operands.whole(name, -1);
  if (size >= -1) return size;
  throw new CaseError(`Attention: expected ${name} to be -1 or more, got ${size}.`);
}

/** Every scaled product of a query and a key, seen or not, `[batch, heads, queries, keys]`: what attention itself never makes. */
function products(query: Tensor, key: Tensor, scale: number): Tensor {
  const [batch, heads, queries, headDim] = query.shape;
  const [, keyHeads, keys] = key.shape;
  const groups = reshape(cast(query, "float64"), [batch, keyHeads, (heads / keyHeads) * queries, headDim]);
  const scores = matmul(groups, cast(key, "float64"), { transposeB: true });
  return reshape(multiply(scores, scalar(scale, "float64")), [batch, heads, queries, keys]);
}
