import { expect, test } from "vitest";
import { readFields } from "./read-fields.ts";

class DocumentError extends Error {}
const read = (given: unknown): Record<"a" | "b", unknown> =>
  readFields("f: the point", given, ["a", "b"], DocumentError);

test("exactly the fields are read, null prototype or not", () => {
  expect(read({ a: 1, b: null })).toEqual({ a: 1, b: null });
  expect(read(Object.assign(Object.create(null) as object, { a: 1, b: 2 }))).toEqual({ a: 1, b: 2 });
});

test("a field is read once, and what is read does not change", () => {
  let reads = 0;
  const given = {
    b: 2,
    get a() {
      return ++reads;
    },
  };
  const fields = read(given);
  expect([fields.a, fields.a, reads]).toEqual([1, 1, 1]);
});

const refused: readonly (readonly [unknown, string])[] = [
  [null, "f: the point must be an object, got null."],
  [[1, 2], "must be an object, got an array."],
  [new Int8Array(2), "must be an object, got a typed array."],
  ["a", 'must be an object, got "a".'],
  [{ a: 1 }, "f: the point lacks b."],
  [Object.create({ a: 1, b: 2 }), "lacks a."],
  [{ a: 1, b: 2, c: 3 }, 'has an unknown field "c".'],
];
test("everything else is refused", () => {
  for (const [given, message] of refused) {
    expect(() => read(given)).toThrow(DocumentError);
    expect(() => read(given)).toThrow(message);
  }
  const throws = { a: 1 };
  Object.defineProperty(throws, "b", { enumerable: true, get: () => JSON.parse("{") as unknown });
  expect(() => read(throws)).toThrow("f: the point has a field b that cannot be read.");
});
