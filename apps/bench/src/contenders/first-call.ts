import { createWasmBackend } from "@fovea/backend-wasm";
import { attention } from "@fovea/dot-product-attention";
import { causal } from "@fovea/masking";
import { zeros } from "@fovea/tensor";
import type { Prepared } from "../prepared.ts";

export type FirstCall = "operation" | "attention";

/** The first thing that a process does with a backend that it has just made. A run that is not the first of its process tells nothing. */
export function prepareFirstCall(call: FirstCall): Prepared {
  const backend = createWasmBackend({ threads: 1 });
  const [tokens, weight, heads] = [zeros([32, 64]), zeros([64, 64]), zeros([1, 1, 32, 64])];
  return {
    run() {
      if (call === "operation") backend.operations.linear(tokens, weight);
      else attention(heads, heads, heads, { mask: causal(), backend });
    },
  };
}
