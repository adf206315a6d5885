import { expect, test } from "vitest";
import { wantsColor } from "./color.ts";

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { TERM: "dumb" }, false],
  [true, { NO_COLOR: "1" }, false],
  [true, { NO_COLOR: "" }, true],
  [false, { FORCE_COLOR: "1" }, true],
  [false, { FORCE_COLOR: "" }, true],
  [true, { FORCE_COLOR: "0" }, false],
  [true, { NO_COLOR: "1", FORCE_COLOR: "1" }, false],
])("on a terminal: %s, with %o: color %s", (isTerminal, environment, expected) => {
  expect(wantsColor(isTerminal, environment)).toBe(expected);
});
