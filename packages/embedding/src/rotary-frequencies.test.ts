import { expect, test } from "vitest";
import { EmbeddingError } from "./embedding-error.ts";
import { rotaryFrequencies, type RotaryScaling } from "./rotary-frequencies.ts";

/** Compares waves by index with published figures of five digits. */
function expectWaves(scaling: RotaryScaling | undefined, expected: Readonly<Record<number, number>>): void {
  const { frequencies } = rotaryFrequencies({ rotaryDim: 128, ...(scaling && { scaling }) });
  expect(frequencies.length).toBe(64);
  for (const [wave, frequency] of Object.entries(expected)) {
    expect(Math.abs(frequencies[Number(wave)] / frequency - 1), `wave ${wave}`).toBeLessThan(1e-4);
  }
}

// the figures of the next tests are those that Hugging Face's own tests expect of Llama's 128 dimensions, base 10000, trained on 2048 tokens
test("plain frequencies fall from 1 towards 1 / base", () => {
  expectWaves(undefined, { 0: 1, 1: 8.6596e-1, 16: 1e-1, 31: 1.1548e-2, 32: 1e-2, 63: 1.1548e-4 });
});

test("linear scaling divides every frequency", () => {
  expectWaves({ type: "linear", factor: 10 }, { 0: 1e-1, 1: 8.6596e-2, 32: 1e-3, 63: 1.1548e-5 });
});

test("dynamic NTK stretches with the length, and not at all up to the trained length", () => {
  const scaling = { type: "dynamicNtk", factor: 10, trainedLength: 2048 } as const;
  expectWaves(
    { ...scaling, length: 16384 },
    { 0: 1, 1: 8.0931e-1, 8: 1.8404e-1, 16: 3.3872e-2, 32: 1.1473e-3, 48: 3.8861e-5, 63: 1.6265e-6 },
  );
  expectWaves({ ...scaling, length: 1 }, { 1: 8.6596e-1, 63: 1.1548e-4 });
});

test("YaRN keeps fast waves, divides slow ones, and ramps between", () => {
  const scaling = { type: "yarn", factor: 10, trainedLength: 2048 } as const;
  expectWaves(scaling, {
    0: 1,
    16: 1e-1,
    17: 8.3479e-2,
    20: 4.8136e-2,
    28: 1.0101e-2,
    32: 4.24e-3,
    38: 8.7713e-4,
    40: 4.3007e-4,
    41: 2.7384e-4,
    63: 1.1548e-5,
  });
  expect(rotaryFrequencies({ rotaryDim: 128, scaling }).magnitude).toBeCloseTo(1.2302585, 7); // 0.1 ln 10 + 1
  expect(rotaryFrequencies({ rotaryDim: 128, scaling: { ...scaling, magnitude: 0.5 } }).magnitude).toBe(0.5);
});

test("Llama 3 scaling keeps short waves, divides long ones, and smooths between", () => {
  expectWaves(
    { type: "llama3", factor: 10, trainedLength: 2048, lowFrequencyFactor: 1, highFrequencyFactor: 4 },
    {
      0: 1,
      30: 1.3335e-2,
      31: 1.073e-2,
      32: 7.7785e-3,
      35: 2.8248e-3,
      38: 8.9549e-4,
      40: 3.4539e-4,
      41: 2.7384e-4,
      63: 1.1548e-5,
    },
  );
});

test("NTK stretches the slowest wave by the whole factor and the fastest not at all", () => {
  // bloc97's derivation: base' = base · factor^(d / (d - 2)) makes wave d/2 - 1 exactly factor times slower
  const plain = rotaryFrequencies({ rotaryDim: 8 }).frequencies;
  const scaled = rotaryFrequencies({ rotaryDim: 8, scaling: { type: "ntk", factor: 4 } }).frequencies;
  expect(scaled[0]).toBe(1);
  expect(plain[3] / scaled[3]).toBeCloseTo(4, 10);
});

test("YaRN without truncation puts the ramp's ends at fractions of a wave", () => {
  // 2048 tokens, base 10000: wave 16.14 turns 32 times, wave 40.21 once
  const ends = [32, 1].map((turns) => (128 * Math.log(2048 / (turns * 2 * Math.PI))) / (2 * Math.log(10000)));
  const ramp = (28 - ends[0]) / (ends[1] - ends[0]);
  const plain = 10000 ** (-28 / 64);
  const { frequencies } = rotaryFrequencies({
    rotaryDim: 128,
    scaling: { type: "yarn", factor: 10, trainedLength: 2048, truncate: false },
  });
  expect(frequencies[28]).toBeCloseTo((plain / 10) * ramp + plain * (1 - ramp), 12);
});

test("sizes and factors out of range are refused", () => {
  expect(() => rotaryFrequencies({ rotaryDim: 7 })).toThrow(EmbeddingError);
  expect(() => rotaryFrequencies({ rotaryDim: 8, base: -1 })).toThrow("base must be a positive number");
  expect(() => rotaryFrequencies({ rotaryDim: 8, scaling: { type: "linear", factor: 0.5 } })).toThrow(
    "factor must be at least 1",
  );
  expect(() => rotaryFrequencies({ rotaryDim: 2, scaling: { type: "ntk", factor: 2 } })).toThrow(
    "rotaryDim of at least 4",
  );
  const llama = {
    type: "llama3",
    factor: 8,
    trainedLength: 8192,
    lowFrequencyFactor: 4,
    highFrequencyFactor: 4,
  } as const;
  expect(() => rotaryFrequencies({ rotaryDim: 8, scaling: llama })).toThrow("must be above lowFrequencyFactor");
});

test("a factor of 1 changes nothing, and is the least", () => {
  const plain = rotaryFrequencies({ rotaryDim: 8 });
  expect(rotaryFrequencies({ rotaryDim: 8, base: 10000 })).toEqual(plain);
  const trainedLength = 2048;
  const scalings: readonly RotaryScaling[] = [
    { type: "linear", factor: 1 },
    { type: "ntk", factor: 1 },
    { type: "dynamicNtk", factor: 1, trainedLength, length: 2048 },
    { type: "llama3", factor: 1, trainedLength, lowFrequencyFactor: 1, highFrequencyFactor: 4 },
  ];
  for (const scaling of scalings) {
    expect(rotaryFrequencies({ rotaryDim: 8, scaling })).toEqual(plain);
    expect(() => rotaryFrequencies({ rotaryDim: 8, scaling: { ...scaling, factor: 0.999 } })).toThrow(
      "factor must be at least 1, got 0.999",
    );
  }
  // 0.1 ln 1 + 1
  const { magnitude } = rotaryFrequencies({ rotaryDim: 8, scaling: { type: "yarn", factor: 1, trainedLength } });
  expect(magnitude).toBe(1);
});

const frequencies = (scaling: RotaryScaling): Float64Array => rotaryFrequencies({ rotaryDim: 64, scaling }).frequencies;

test("YaRN's turns are 32 and 1, and its ramp whole waves, where nothing is said", () => {
  const scaling = { type: "yarn", factor: 4, trainedLength: 2048 } as const;
  const spelled = { ...scaling, betaFast: 32, betaSlow: 1, truncate: true };
  expect(frequencies(scaling)).toEqual(frequencies(spelled));
  for (const other of [{ betaFast: 16 }, { betaSlow: 2 }, { truncate: false }]) {
    expect(frequencies({ ...scaling, ...other })).not.toEqual(frequencies(spelled));
  }
});

test("numbers at the ends of what is allowed", () => {
  expect(rotaryFrequencies({ rotaryDim: 2 }).frequencies).toEqual(Float64Array.of(1));
  expect(rotaryFrequencies({ rotaryDim: 4, scaling: { type: "ntk", factor: 2 } }).frequencies.length).toBe(2);
  for (const rotaryDim of [0, -2, 1.5, NaN]) expect(() => rotaryFrequencies({ rotaryDim })).toThrow("at least 2");
  for (const base of [0, Infinity, NaN]) {
    expect(() => rotaryFrequencies({ rotaryDim: 4, base })).toThrow("base must be a positive number");
  }
  const scaling = { type: "cubic", factor: 2 } as unknown as RotaryScaling;
  expect(() => rotaryFrequencies({ rotaryDim: 4, scaling })).toThrow("scaling.type must be one of linear");
});
