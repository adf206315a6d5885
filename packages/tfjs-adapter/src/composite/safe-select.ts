import { customGrad, where, zerosLike } from "@tensorflow/tfjs-core";
import type { GradSaveFunc, Tensor } from "@tensorflow/tfjs-core";
import { sumTo } from "./sum-to.ts";

/** `condition ? a : b`, broadcasting. What was not chosen gets a gradient of 0 whatever it holds, where TensorFlow.js's own `where` multiplies
 *  by 0 and so turns an infinite gradient into NaN. */
export function safeSelect(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  if (a.dtype !== "float32") return where(condition, a, b);
  const operation = customGrad((...args) => {
    const [left, right, save] = args as [Tensor, Tensor, GradSaveFunc];
    save([condition]);
    return {
      value: where(condition, left, right),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const zero = zerosLike(dy);
        return [sumTo(safeSelect(saved[0], dy, zero), a.shape), sumTo(safeSelect(saved[0], zero, dy), b.shape)];
      },
    };
  });
  return operation(a, b);
}
