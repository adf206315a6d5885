import { linearAttention as attend } from "@fovea/dot-product-attention";
import { squeeze, transpose } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { CaseError } from "./case-error.ts";
import type { Operands } from "./operands.ts";
import { packHeads, unpackHeads } from "./pack-heads.ts";

const rules = ["linear", "gated", "delta", "gated_delta"] as const;

/** LinearAttention (opset 27): packed operands, four update rules. `chunk_size` is a hint about speed. */
export function linearAttention(operands: Operands): Tensor[] {
  const heads = operands.whole("q_num_heads", 0);
  const keyHeads = operands.whole("kv_num_heads", 0);
  const rule = operands.text("update_rule", rules, "gated_delta");
  const query = unpackHeads("query", operands.input(0, "query"), heads);
  const key = unpackHeads("key", operands.input(1, "key"), keyHeads);
  const value = unpackHeads("value", operands.input(2, "value"), keyHeads);
  const state = operands.optional(3, "past_state");
  const decay = operands.optional(4, "decay");
  const beta = operands.optional(5, "beta");
  checkNeeded(rule, "decay", decay, rule === "gated" || rule === "gated_delta");
  checkNeeded(rule, "beta", beta, rule === "delta" || rule === "gated_delta");
  const scale = operands.number("scale", 0);
  const result = attend(query, key, value, {
    decay: decay && unpackDecay(decay, keyHeads),
    beta: beta && transpose(beta, [0, 2, 1]),
    state,
    ...(scale === 0 ? {} : { scale }),
  });
  return [packHeads(result.output), result.state];
}

/** `[batch, tokens, keyHeads]` or `[batch, tokens, keyHeads × headDim]` → heads before tokens. */
function unpackDecay(decay: Tensor, keyHeads: number): Tensor {
  const unpacked = unpackHeads("decay", decay, keyHeads);
  return unpacked.shape[3] === 1 ? squeeze(unpacked, 3) : unpacked;
}

function checkNeeded(rule: string, name: string, given: Tensor | null, needed: boolean): void {
  if (needed === (given !== null)) return;
  throw new CaseError(`LinearAttention: the update rule "${rule}" ${needed ? "needs" : "takes no"} ${name}.`);
}
