import { expect, test } from "vitest";
import { FunctionBody } from "@fovea/wasm-assembler";
import { remember } from "./remember.ts";

test("a body is written once for the same arguments, and the oldest of too many is forgotten", () => {
  const written: string[] = [];
  const emit = remember((size: number, shape: { readonly rows: number }) => {
    written.push(`${size} ${shape.rows}`);
    return new FunctionBody([]);
  });
  const first = emit(1, { rows: 2 });
  expect(emit(1, { rows: 2 })).toBe(first);
  expect(emit(1, { rows: 3 })).not.toBe(first);
  expect(written).toEqual(["1 2", "1 3"]);
  for (let size = 2; size < 66; size++) emit(size, { rows: 2 });
  expect(emit(1, { rows: 2 })).not.toBe(first);
});
