import type { Backend } from "@fovea/dot-product-attention";
import type { Tolerances } from "@fovea/tensor";
import { beforeAll, describe } from "vitest";
import { createOperationSuite } from "./operations/operation-suite.ts";
import { describeProducts } from "./operations/products.ts";
import { describeRefusals } from "./operations/refusals.ts";
import { describeRows } from "./operations/rows.ts";
import { describeScopes } from "./operations/scopes.ts";

/** The specification of a backend's block operations, beside `describeBackend` for attention: every operation, option and refusal, against loops in
 *  float64 that share no code with any backend. Call it at the top of a vitest file.
 *  @param backend or a function that makes one, once, before the first test
 *  @param tolerances for numbers around 1, e.g. `{ absolute: 2e-6, relative: 1e-5 }` for float32 arithmetic; where a result is larger, the absolute one
 *    grows with its largest number */
export function describeOperations(
  name: string,
  backend: Backend | (() => Backend | Promise<Backend>),
  tolerances: Tolerances,
): void {
  describe(`operations of ${name}`, () => {
    let made: Backend | null = null;
    beforeAll(async () => {
      made = typeof backend === "function" ? await backend() : backend;
    });
    const suite = createOperationSuite(() => {
      if (made === null) throw new Error("describeOperations: the backend is there once tests run, not before.");
      return made;
    }, tolerances);
    describeProducts(suite);
    describeRows(suite);
    describeScopes(suite);
    describeRefusals(suite);
  });
}
