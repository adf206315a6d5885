import { zeros } from "@fovea/tensor";
import { expect, test } from "vitest";
import { backwardShape } from "../backward/backward-shape.ts";
import { Heap } from "../memory/heap.ts";
import { createCall } from "../testing/create-call.ts";
import { cutBackward } from "./cut-backward.ts";

test("a task takes as many tiles as there are, also one a query", () => {
  const heap = new Heap();
  const address = heap.allocate(12);
  // every row sees keys 3 to 20
  heap.i32.set([3, 21, 1], address / 4);
  const queries = 150_000;
  const operand = zeros([16, 1, queries, 1]);
  const queryLengths = new Int32Array(16);
  queryLengths[0] = queries;
  const call = createCall({ query: operand, key: operand, value: operand }, { queryLengths });
  const shape = backwardShape(1, 1, { relaxed: false, wide: false });
  const { chunks } = cutBackward(heap, call, shape, {
    queryBlock: 1,
    startAt: () => 0,
    runs: () => ({ address, count: 1 }),
  });
  expect(chunks.map(({ firstKey, endKey, tiles }) => [firstKey, endKey, tiles.length])).toEqual([[0, 24, queries]]);
});
