import { applyRotary } from "@fovea/embedding";
import { cast } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { CaseError } from "./case-error.ts";
import type { Operands } from "./operands.ts";
import { packHeads, unpackHeads } from "./pack-heads.ts";

/** RotaryEmbedding (opset 23): input `[batch, heads, tokens, dim]` or packed, tables by position or by token. */
export function rotaryEmbedding(operands: Operands): Tensor[] {
  const input = operands.input(0, "X");
  const cos = operands.input(1, "cos_cache");
  const sin = operands.input(2, "sin_cache");
  const positions = operands.optional(3, "position_ids");
  const packed = input.shape.length === 3;
  const heads = operands.whole("num_heads", 0);
  if (packed && heads < 1) throw new CaseError("RotaryEmbedding: an input of three axes needs num_heads.");
  const vectors = packed ? unpackHeads("X", input, heads) : input;
  const headDim = vectors.shape[vectors.shape.length - 1];
  const turned = operands.whole("rotary_embedding_dim", 0) || headDim;
  const waves = cos.shape[cos.shape.length - 1];
  if (2 * waves !== turned) {
    throw new CaseError(
      `RotaryEmbedding: tables of ${waves} columns turn ${2 * waves} dimensions, expected ${turned}.`,
    );
  }
  const output = applyRotary(
    vectors,
    { cos, sin },
    {
      layout: operands.whole("interleaved", 0) === 1 ? "interleaved" : "halves",
      ...(positions ? { positions: cast(positions, "int32") } : {}),
    },
  );
  return [packed ? packHeads(output) : output];
}
