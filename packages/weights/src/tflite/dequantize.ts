import { sizeOf } from "@fovea/tensor";

/** How whole numbers stand for others: `(stored - zeroPoint) × scale`, one pair for all or one for each place along an axis. */
export interface Quantization {
  readonly scale: Float32Array;
  readonly zeroPoint: Float64Array;
  readonly axis: number;
}

/** The numbers that stored ones stand for.
 *  @param shape of the tensor; its axis is as long as there are scales, where there are several
 *  @see https://ai.google.dev/edge/litert/models/quantization_spec */
export function dequantize(
  stored: ArrayLike<number>,
  shape: readonly number[],
  { scale, zeroPoint, axis }: Quantization,
): Float32Array {
  const inner = sizeOf(shape.slice(axis + 1));
  return Float32Array.from(stored, (value, element) => {
    const place = scale.length === 1 ? 0 : Math.floor(element / inner) % scale.length;
    return (value - zeroPoint[place]!) * scale[place]!;
  });
}
