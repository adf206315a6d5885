import { randomGenerator } from "@fovea/tensor";
import { expect, test } from "vitest";
import { sampleToken } from "./sample-token.ts";
import { tokenProbabilities, type SamplingOptions } from "./token-probabilities.ts";
import { TransformerError } from "./transformer-error.ts";

/** Logits whose softmax is 0.1, 0.4, 0.2, 0.3. */
const logits = [0.1, 0.4, 0.2, 0.3].map(Math.log);

test.each<[string, SamplingOptions, number[]]>([
  ["no option: softmax", {}, [0.1, 0.4, 0.2, 0.3]],
  ["temperature 0.5 squares: 1, 16, 4, 9 of 30", { temperature: 0.5 }, [1 / 30, 16 / 30, 4 / 30, 9 / 30]],
  ["temperature 0: the likeliest", { temperature: 0 }, [0, 1, 0, 0]],
  ["the best two: 0.4 and 0.3 of 0.7", { topK: 2 }, [0, 4 / 7, 0, 3 / 7]],
  ["0.4 + 0.3 do not reach 0.75, with 0.2 they do", { topP: 0.75 }, [0, 4 / 9, 2 / 9, 3 / 9]],
  ["0.4 reaches 0.4", { topP: 0.4 }, [0, 1, 0, 0]],
  ["at least one", { topP: 1e-9 }, [0, 1, 0, 0]],
  ["topP is a share of what topK left: 0.4 / 0.7 reaches 0.55", { topK: 2, topP: 0.55 }, [0, 1, 0, 0]],
  ["more than there are", { topK: 9 }, [0.1, 0.4, 0.2, 0.3]],
])("%s", (_, options, expected) => {
  const probabilities = tokenProbabilities(logits, options);
  for (const [token, probability] of probabilities.entries()) expect(probability).toBeCloseTo(expected[token], 12);
});

test("large logits do not overflow, forbidden tokens have no share, equals keep their order", () => {
  expect([...tokenProbabilities([1000, 1000, -Infinity])]).toEqual([0.5, 0.5, 0]);
  expect([...tokenProbabilities([0, 0, 0], { topK: 1 })]).toEqual([1, 0, 0]);
});

test("a token that must come leaves nothing to the others", () => {
  expect([...tokenProbabilities([0, Infinity, 5])]).toEqual([0, 1, 0]);
  expect([...tokenProbabilities([Infinity, 0, Infinity], { topP: 0.9, temperature: 2 })]).toEqual([0.5, 0, 0.5]);
  expect(sampleToken([0, Infinity, 5], () => 0.99)).toBe(1);
});

test("20,000 draws come as often as their probabilities say", () => {
  const { next } = randomGenerator(5);
  const counts = [0, 0, 0, 0];
  for (let draw = 0; draw < 20_000; draw++) counts[sampleToken(logits, next, { topP: 0.75 })]++;
  // four standard deviations of a binomial: 4 × sqrt(20,000 p (1 - p)) is at most 283
  for (const [token, p] of [0, 4 / 9, 2 / 9, 3 / 9].entries()) {
    expect(Math.abs(counts[token] - 20_000 * p)).toBeLessThanOrEqual(4 * Math.sqrt(20_000 * p * (1 - p)));
  }
});

test("the number drawn picks the token whose share of [0, 1) it falls into", () => {
  // shares begin at 0, 0.1, 0.5 and 0.7
  for (const [drawn, token] of [
    [0, 0],
    [0.099, 0],
    [0.101, 1],
    [0.499, 1],
    [0.501, 2],
    [0.701, 3],
    [0.9999999, 3],
  ]) {
    expect(sampleToken(logits, () => drawn)).toBe(token);
  }
  expect(sampleToken([0, -Infinity], () => 1 - 2 ** -53)).toBe(0);
});

test.each<[SamplingOptions, string]>([
  [{ temperature: -1 }, "temperature"],
  [{ temperature: Number.NaN }, "temperature"],
  [{ topK: 0 }, "topK"],
  [{ topK: 1.5 }, "topK"],
  [{ topP: 0 }, "topP"],
  [{ topP: 1.1 }, "topP"],
  [{ topP: 1, top_k: 2 } as SamplingOptions, 'no option "top_k"'],
])("%o is refused", (options, name) => {
  expect(() => tokenProbabilities(logits, options)).toThrow(TransformerError);
  expect(() => tokenProbabilities(logits, options)).toThrow(name);
});

test("logits that mean nothing are refused", () => {
  expect(() => tokenProbabilities([0, Number.NaN])).toThrow("token 1 is NaN");
  expect(() => tokenProbabilities([-Infinity])).toThrow("no token may come");
  expect(() => tokenProbabilities([])).toThrow("no token may come");
});
