import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { tensor } from "@fovea/tensor";

/** Probability programs of each kind: homogeneous (dropout), not homogeneous (a square), and with a learned table. */
export const probabilities: Readonly<Record<string, Program>> = {
  "seeded dropout": trace(({ probability, random }) => random(3).less(0.3).select(0, probability.divide(0.7))),
  square: trace(({ probability }) => probability.multiply(probability)),
  "learned gain on a root": trace(({ probability, head, table }) =>
    probability
      .add(0.1)
      .sqrt()
      .multiply(table("gain", tensor(Float64Array.of(0.5, -1, 2, 0.25))).at(head)),
  ),
};
