import { expect, test } from "vitest";
import { checkOptions } from "./check-options.ts";
import { OptionError } from "./option-error.ts";

interface Options {
  readonly lookback?: number;
  readonly mask?: string;
}
const check = (options: unknown): void =>
  checkOptions<Options>(
    "window",
    options as Options,
    { lookback: true, mask: true },
    {
      example: "window({ lookback: 2 })",
      instead: { causal: "mask: causal()" },
    },
  );

test("known names and no options pass", () => {
  for (const options of [undefined, {}, { lookback: 2 }, { mask: undefined, lookback: 1 }, Object.create(null)])
    expect(() => check(options)).not.toThrow();
});

const refused: readonly (readonly [unknown, string])[] = [
  [[2, 3], "window: expected options { lookback, mask }, got an array. Write window({ lookback: 2 })."],
  [2, "expected options { lookback, mask }, got 2."],
  [null, "got null."],
  ["causal", 'got "causal".'],
  [() => 0, "got a function."],
  [new Float32Array(2), "got a typed array."],
  [{ causal: true }, 'window: there is no option "causal". Write mask: causal().'],
  [{ lookbak: 2 }, 'there is no option "lookbak". Did you mean "lookback"?'],
  [{ rows: 2 }, 'there is no option "rows". There are lookback, mask.'],
  [{ toString: 1 }, 'there is no option "toString". There are lookback, mask.'],
];
test("anything else is refused with the right call", () => {
  for (const [options, message] of refused) {
    expect(() => check(options)).toThrow(OptionError);
    expect(() => check(options)).toThrow(message);
  }
});

test("the caller's own error class is thrown", () => {
  class WindowError extends Error {}
  const call = (): void =>
    checkOptions<Options>("w", { a: 1 } as Options, { lookback: true, mask: true }, { Refuse: WindowError });
  expect(call).toThrow(WindowError);
});
