import type { Backend } from "@fovea/dot-product-attention";
import type { Tolerances } from "@fovea/tensor";
import { beforeAll, describe } from "vitest";
import { describeCatalogues } from "./suite/catalogues.ts";
import { describeErrors } from "./suite/errors.ts";
import { describeExtremes } from "./suite/extremes.ts";
import { describeLargeScores } from "./suite/large-scores.ts";
import { describeLengths } from "./suite/lengths.ts";
import { describeOnnxCases } from "./suite/onnx-cases.ts";
import { describeOperands } from "./suite/operands.ts";
import { describeParts } from "./suite/parts.ts";
import { describeRandomPrograms } from "./suite/random-programs.ts";
import { describeResults } from "./suite/results.ts";
import { createSuite } from "./suite/suite.ts";
import { describeTables } from "./suite/tables.ts";
import { describeUnseen } from "./suite/unseen.ts";

/** The specification of a backend: everything below must hold, forward and backward, against the reference backend in float64.
 *  Call it at the top of a vitest file; it is the whole test of a backend as a backend.
 *  @param backend or a function that makes one, once, before the first test
 *  @param tolerances for numbers around 1, e.g. `{ absolute: 2e-6, relative: 1e-5 }` for float32 arithmetic; where a result is larger, the
 *    absolute one grows with its largest number, and gradients may be eight times as far off */
export function describeBackend(
  name: string,
  backend: Backend | (() => Backend | Promise<Backend>),
  tolerances: Tolerances,
): void {
  describe(`backend ${name}`, () => {
    let made: Backend | null = null;
    beforeAll(async () => {
      made = typeof backend === "function" ? await backend() : backend;
    });
    const suite = createSuite(() => {
      if (made === null) throw new Error("describeBackend: the backend is there once tests run, not before.");
      return made;
    }, tolerances);
    describeOperands(suite);
    describeLengths(suite);
    describeCatalogues(suite);
    describeUnseen(suite);
    describeExtremes(suite);
    describeLargeScores(suite);
    describeResults(suite);
    describeParts(suite);
    describeTables(suite);
    describeRandomPrograms(suite);
    describeErrors(suite);
    describeOnnxCases(suite);
  });
}
