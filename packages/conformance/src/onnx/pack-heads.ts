import { contiguous, reshape, transpose } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { CaseError } from "./case-error.ts";

/** `[batch, tokens, heads × dim]` → `[batch, heads, tokens, dim]`. */
export function unpackHeads(name: string, packed: Tensor, heads: number): Tensor {
  const [batch, tokens, width] = packed.shape;
  if (packed.shape.length !== 3 || heads < 1 || width % heads !== 0) {
    throw new CaseError(`expected ${name} [batch, tokens, ${heads} × dim], got [${packed.shape.join(", ")}].`);
  }
  return transpose(reshape(packed, [batch, tokens, heads, width / heads]), [0, 2, 1, 3]);
}

/** `[batch, heads, tokens, dim]` → `[batch, tokens, heads × dim]`. */
export function packHeads(unpacked: Tensor): Tensor {
  const [batch, heads, tokens, dim] = unpacked.shape;
  return reshape(contiguous(transpose(unpacked, [0, 2, 1, 3])), [batch, tokens, heads * dim]);
}
