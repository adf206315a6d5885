import { randomGenerator } from "@fovea/tensor";
import type { Settings } from "../settings/settings.ts";

export const headDim = 16;

/** Random queries and keys `[tokens, headDim]`, the same for every head: so a difference between heads is their programs'. */
export interface Operands {
  readonly query: Float32Array;
  readonly key: Float32Array;
}

/** Keeps the last ones, so that typing changes programs and not numbers. */
export function createOperands(): (settings: Pick<Settings, "tokens" | "seed">) => Operands {
  let made: (Operands & { readonly name: string }) | null = null;
  return ({ tokens, seed }) => {
    const name = `${tokens} ${seed}`;
    if (made?.name !== name) {
      const random = randomGenerator(seed);
      const numbers = (): Float32Array => random.normal([tokens, headDim]).data as Float32Array;
      made = { name, query: numbers(), key: numbers() };
    }
    return made;
  };
}
