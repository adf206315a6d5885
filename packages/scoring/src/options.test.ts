import { describe, expect, test } from "vitest";
import {
  activationByLog,
  additiveBias,
  adaptiveSpan,
  alibi,
  distanceDecay,
  focus,
  gatedModes,
  learnedRelativeBias,
  learnedTemperature,
  recall,
  relativeBucket,
  sandwich,
  scan,
  ScoreError,
  skim,
  softCap,
  swinRelativeBias,
  t5RelativeBias,
  temperature,
  withSinkKeys,
} from "./index.ts";

const table = (rows: number, columns = 1): number[][] => Array.from({ length: rows }, () => Array(columns).fill(0));

/** Whole numbers that an option may be: how it is given, the least, and the most where there is one to try. */
const counts: Readonly<Record<string, [give: (count: number) => unknown, least: number, most?: number]>> = {
  "focus lookback": [(lookback) => focus({ lookback }), 0, 2 ** 31 - 1],
  "focus lookahead": [(lookahead) => focus({ lookahead }), 0, 2 ** 31 - 1],
  "scan lookback": [(lookback) => scan({ heads: 1, lookback }), 0, 2 ** 31 - 1],
  "recall first": [(first) => recall({ first }), 0, 2 ** 31 - 1],
  "recall gap": [(gap) => recall({ gap }), 1, 2 ** 31 - 1],
  "skim stride": [(stride) => skim({ stride }), 1, 2 ** 31 - 1],
  "skim neighbors": [(neighbors) => skim({ neighbors }), 0, 2 ** 31 - 1],
  "additiveBias queryOffset": [(queryOffset) => additiveBias([0], { queryOffset }), 0, 2 ** 31 - 1],
  "alibi heads": [(heads) => alibi({ heads }), 1],
  "sandwich heads": [(heads) => sandwich({ heads, dimensions: 2 }), 1, 2 ** 31 - 1],
  "sandwich length": [(length) => sandwich({ heads: 1, dimensions: 2, length }), 1],
  "sandwich dimensions, by half": [(half) => sandwich({ heads: 1, dimensions: 2 * half }), 1, 512],
  "swin height": [
    (height) => swinRelativeBias({ table: table(Math.max(1, 2 * height - 1)), height, width: 1 }),
    1,
    2 ** 14,
  ],
  "swin width": [
    (width) => swinRelativeBias({ table: table(Math.max(1, 2 * width - 1)), height: 1, width }),
    1,
    2 ** 14,
  ],
  "T5 buckets on both sides": [(buckets) => relativeBucket(0, { buckets, maximumDistance: 2 ** 20 }), 4, 4096],
  "T5 buckets on one side": [(buckets) => relativeBucket(0, { buckets, bidirectional: false }), 2],
  "T5 maximumDistance": [(maximumDistance) => t5RelativeBias({ table: table(8), maximumDistance }), 3, 2 ** 20],
  "withSinkKeys count": [(count) => withSinkKeys(focus().mask!, { count }), 1, 2 ** 31 - 1],
  "adaptiveSpan heads": [(heads) => adaptiveSpan({ heads, maximum: 1 }), 1],
  "adaptiveSpan maximum": [(maximum) => adaptiveSpan({ heads: 1, maximum }), 1, 2 ** 31 - 1],
  "learnedTemperature heads": [(heads) => learnedTemperature({ heads }), 1],
  "learnedRelativeBias heads": [(heads) => learnedRelativeBias({ heads, reach: 1 }), 1],
  "learnedRelativeBias reach": [(reach) => learnedRelativeBias({ heads: 1, reach }), 1],
  "gatedModes heads": [(heads) => gatedModes({ heads, modes: [null, focus()] }), 1],
};

/** Numbers above 0. */
const amounts: Readonly<Record<string, (amount: number) => unknown>> = {
  temperature: (amount) => temperature(amount),
  "temperature of a head": (amount) => temperature([1, amount]),
  softCap: (limit) => softCap(limit),
  halfLife: (halfLife) => distanceDecay({ kind: "exponential", halfLife }),
  exponent: (exponent) => distanceDecay({ kind: "power", exponent }),
  scale: (scale) => distanceDecay({ kind: "power", exponent: 1, scale }),
  deviation: (deviation) => distanceDecay({ kind: "gaussian", deviation }),
  "sandwich base": (base) => sandwich({ heads: 1, dimensions: 2, base }),
  "focus temperature": (amount) => focus({ temperature: amount }),
  "adaptiveSpan ramp": (ramp) => adaptiveSpan({ heads: 1, maximum: 2, ramp }),
};

describe("options at their boundaries", () => {
  test.each(Object.entries(counts))("%s", (_, [give, least, most]) => {
    give(least);
    for (const wrong of [least - 1, least + 0.5, Number.NaN]) expect(() => give(wrong)).toThrow(ScoreError);
    if (most === undefined) return;
    give(most);
    expect(() => give(most + 1)).toThrow(ScoreError);
  });

  test.each(Object.entries(amounts))("%s", (_, give) => {
    give(1e-30);
    give(1e30);
    for (const wrong of [0, -1e-30, Number.NaN, Infinity]) expect(() => give(wrong)).toThrow(ScoreError);
  });

  test("an activation's offset is 0 or more", () => {
    activationByLog("relu", { offset: 0 });
    for (const offset of [-1e-30, Number.NaN, Infinity]) {
      expect(() => activationByLog("relu", { offset })).toThrow(/offset must be a finite number of at least 0/);
    }
  });
});
