import { readValues, tensor } from "@fovea/tensor";
import { describe, expect, test } from "vitest";
import type { OperationSuite } from "./operation-suite.ts";

/** Who owns what was made. */
export function describeScopes(suite: OperationSuite): void {
  const { place, read } = suite;
  const x = tensor([1, -2, 3]);
  const numbers = async (result: Parameters<typeof read>[0]): Promise<number[]> =>
    Array.from(readValues(await read(result)));

  describe("scope", () => {
    test("what its result holds outlives it, in arrays and objects too, and through scopes around it", async () => {
      const { operations } = suite;
      const { list, name } = operations.scope(() => {
        const doubled = operations.add(place(x), place(x));
        const inner = operations.scope(() => ({ list: [operations.add(doubled, place(x)), doubled], name: "both" }));
        operations.map(doubled, "relu");
        return inner;
      });
      expect(name).toBe("both");
      expect(await numbers(list[0])).toEqual([3, -6, 9]);
      expect(await numbers(list[1])).toEqual([2, -4, 6]);
    });

    test("an error passes through it, and the next one is not disturbed", async () => {
      const { operations } = suite;
      const failing = (): never => {
        operations.add(place(x), place(x));
        throw new RangeError("stop");
      };
      expect(() => operations.scope(failing)).toThrow(RangeError);
      expect(await numbers(operations.scope(() => operations.add(place(x), place(x))))).toEqual([2, -4, 6]);
    });
  });

  test("operands are read, never written, and the same call gives the same bits", async () => {
    const { operations } = suite;
    const weight = tensor([
      [0.1, 0.2],
      [0.3, 0.4],
      [0.5, 0.6],
    ]);
    const run = (): Promise<number[]> =>
      numbers(operations.linear(place(x), place(weight), { bias: place(tensor([0.7, 0.8])), activation: "silu" }));
    const first = await run();
    await numbers(operations.map(place(x), "gelu"));
    expect(await run()).toEqual(first);
    expect(Array.from(x.data)).toEqual([1, -2, 3]);
  });
}
