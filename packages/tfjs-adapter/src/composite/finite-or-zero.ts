import { abs, lessEqual, scalar, zerosLike } from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { constant } from "./constant.ts";
import { safeSelect } from "./safe-select.ts";

const largest = 3.4028234663852886e38;

/** Whether each number is finite. */
export const isFiniteNumber = (tensor: Tensor): Tensor => constant(() => lessEqual(abs(tensor), scalar(largest)));

/** Infinities and NaN replaced by 0: a product with a weight of 0 must not be NaN. */
export const finiteOrZero = (tensor: Tensor): Tensor => safeSelect(isFiniteNumber(tensor), tensor, zerosLike(tensor));
