import { cast, clipByValue, greaterEqual, isNaN, scalar, where, zerosLike } from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";

const largestInt = 2 ** 31 - 1;

/** float to int towards zero, saturating, NaN to 0. The largest int is no float32, so it is put in afterwards. */
export function truncate(tensor: Tensor): Tensor {
  const numbers = where(isNaN(tensor), zerosLike(tensor), tensor);
  const within = cast(clipByValue(numbers, -(2 ** 31), 2 ** 31 - 128), "int32");
  return where(greaterEqual(numbers, scalar(2 ** 31)), scalar(largestInt, "int32"), within);
}
