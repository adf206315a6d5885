import * as fc from "fast-check";
import { expect, test } from "vitest";
import { everyIndex, knownTensors } from "../test/naive-view.ts";
import { arange, at, broadcastShapes, broadcastTo, reshape, ShapeError, tensor, toNested, transpose } from "./index.ts";

test("transpose reverses the axes, or puts them in the order given", () => {
  const t = tensor([[1, 2, 3], [4, 5, 6]]); // prettier-ignore
  expect(toNested(transpose(t))).toEqual([[1, 4], [2, 5], [3, 6]]); // prettier-ignore
  expect(transpose(reshape(arange(24), [2, 3, 4]), [0, -1, 1]).shape).toEqual([2, 4, 3]);
  expect(transpose(t).data).toBe(t.data);
});

test("a view of a tensor whose data is a getter asks again", () => {
  let data = new Float32Array([1, 2, 3, 4]);
  const moving = Object.freeze({
    dtype: "float32",
    shape: [2, 2],
    strides: [2, 1],
    offset: 0,
    get data() {
      return data;
    },
  } as const);
  const view = reshape(transpose(transpose(moving)), [4]);
  data = new Float32Array([5, 6, 7, 8]);
  expect(toNested(view)).toEqual([5, 6, 7, 8]);
});

test("transposing any tensor moves every element where naive indexing finds it", () => {
  fc.assert(
    fc.property(knownTensors, fc.infiniteStream(fc.nat()), ({ tensor, expected }, choices) => {
      const rest = [...tensor.shape.keys()];
      const order = tensor.shape.map(() => rest.splice(choices.next().value % rest.length, 1)[0]);
      const turned = transpose(tensor, order);
      for (const index of everyIndex(turned.shape)) {
        expect(at(turned, ...index)).toBe(expected(tensor.shape.map((_, axis) => index[order.indexOf(axis)])));
      }
    }),
  );
});

test.each([[[0]], [[0, 0]], [[0, 2]], [[0, 1, 2]], [[0, 0.5]]])("transpose by %j is refused for two axes", (axes) => {
  expect(() => transpose(reshape(arange(6), [2, 3]), axes)).toThrow(ShapeError);
});

test("broadcastTo repeats axes of length 1 and new leading axes, without a copy", () => {
  const t = tensor([[1], [2]]);
  const wide = broadcastTo(t, [2, 2, 3]);
  expect(toNested(wide)).toEqual([[[1, 1, 1], [2, 2, 2]], [[1, 1, 1], [2, 2, 2]]]); // prettier-ignore
  expect([wide.strides, wide.data]).toEqual([[0, 1, 0], t.data]); // prettier-ignore
  expect(() => broadcastTo(t, [3, 3])).toThrow("[2, 1] does not repeat to [3, 3]");
  expect(() => broadcastTo(t, [2])).toThrow(ShapeError);
  expect(() => broadcastTo(t, [2, -1])).toThrow(ShapeError);
});

test("broadcasting any tensor repeats what naive indexing finds", () => {
  fc.assert(
    fc.property(knownTensors, fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }), (known, lead, length) => {
      const shape = [lead, ...known.tensor.shape.map((own) => (own === 1 ? length : own))];
      const wide = broadcastTo(known.tensor, shape);
      for (const index of everyIndex(shape)) {
        const own = index.slice(1).map((i, axis) => (known.tensor.shape[axis] === 1 ? 0 : i));
        expect(at(wide, ...index)).toBe(known.expected(own));
      }
    }),
  );
});

test("shapes broadcast together from the right", () => {
  expect(broadcastShapes("here", [2, 1, 3], [4, 1])).toEqual([2, 4, 3]);
  expect(broadcastShapes("here", [], [5], [1])).toEqual([5]);
  expect(broadcastShapes("here", [0], [1])).toEqual([0]);
  expect(() => broadcastShapes("here", [2, 3], [2])).toThrow("here: shapes [2, 3] and [2] do not broadcast");
});
