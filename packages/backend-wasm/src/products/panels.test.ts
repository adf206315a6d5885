import { expect, test } from "vitest";
import { panelWidth } from "./microkernel.ts";
import { eachPanel } from "./panels.ts";
import { runScalars } from "../testing/run-scalars.ts";

/** What was visited from `start` to `end`, as digits: panels taken together, one digit a visit. */
function visits(wide: boolean, start: number, end: number, constant: boolean): number {
  return runScalars([], "i32", (f) => {
    const [column, from, to, seen] = Array.from({ length: 4 }, () => f.local("i32"));
    f.assign(from, start);
    f.assign(to, end);
    f.assign(seen, 0);
    eachPanel(f, { relaxed: true, wide }, column, constant ? start : from, constant ? end : to, (panels) => {
      f.get(seen);
      f.i32(10);
      f.op("i32.mul");
      f.i32(panels);
      f.op("i32.add");
      f.set(seen);
    });
    f.get(seen);
  }).call();
}

test.each([true, false])(
  "every panel is visited once, two at a time where vectors are wide; bounds known beforehand: %s",
  (constant) => {
    const of = (wide: boolean): number[] =>
      [0, 1, 2, 3, 4, 5].map((panels) => visits(wide, 2 * panelWidth, (2 + panels) * panelWidth, constant));
    expect(of(false)).toEqual([0, 1, 11, 111, 1111, 11111]);
    expect(of(true)).toEqual([0, 1, 2, 21, 22, 221]);
  },
);
