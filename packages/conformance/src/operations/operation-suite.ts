import type { BlockOperations } from "@fovea/block-operations";
import type { Backend } from "@fovea/dot-product-attention";
import { allClose, randomGenerator, toFloat64, type Tensor, type Tolerances } from "@fovea/tensor";

/** How a section of the specification runs an operation of the backend under test and reads what it gave. */
export interface OperationSuite {
  readonly operations: BlockOperations;
  /** A tensor where the backend computes. */
  place(tensor: Tensor): Tensor;
  /** The numbers of a result. */
  read(result: Tensor): Promise<Tensor>;
  /** Runs `compute` in a scope and holds its result against what is expected.
   *  @param expected in float64
   *  @param allowance how many times the tolerance a result may be off, for sums of many terms */
  expectResult(compute: () => Tensor, expected: Tensor, allowance?: number): Promise<void>;
}

/** @param tolerances for numbers around 1; where results are larger, the absolute one grows with the largest */
export function createOperationSuite(backend: () => Backend, tolerances: Tolerances): OperationSuite {
  const { absolute = 1e-6, relative = 1e-5 } = tolerances;
  const suite: OperationSuite = {
    get operations() {
      const { name, operations } = backend();
      if (!operations) throw new Error(`describeOperations: backend ${name} has no operations to describe.`);
      return operations;
    },
    place: (tensor) => backend().place(tensor),
    read: async (result) => backend().read(result),
    async expectResult(compute, expected, allowance = 1) {
      const actual = await suite.read(suite.operations.scope(compute));
      const size = toFloat64(expected).reduce(
        (most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most),
        1,
      );
      const allowed = { absolute: absolute * size * allowance, relative: relative * allowance, equalNaN: true };
      const { pass, message } = allClose(actual, expected, allowed);
      if (!pass) throw new Error(message);
    },
  };
  return suite;
}

/** Numbers around 1 that are the same in every run. */
export function normal(seed: number, shape: readonly number[], standardDeviation = 1): Tensor {
  return randomGenerator(seed).normal(shape, { standardDeviation });
}
