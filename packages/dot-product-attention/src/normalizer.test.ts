import { tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { AttentionError } from "./attention-error.ts";
import { attention } from "./attention.ts";
import { type Normalizer, normalizers, normalizerTraits } from "./normalizer.ts";

const query = tensor(Float64Array.of(1, 2), { shape: [1, 1, 2, 1] });
const key = tensor(Float64Array.of(1, -1, 0.5), { shape: [1, 1, 3, 1] });
const sinks = tensor(Float64Array.of(0));

const refused = (run: () => unknown): boolean => {
  try {
    run();
    return false;
  } catch (error) {
    if (error instanceof AttentionError) return true;
    throw error;
  }
};

test("a row is remembered by its log-sum-exp where the traits say so, and elsewhere asking for it is refused", () => {
  const asked = normalizers.filter((normalizer) => {
    const own = normalizerTraits[normalizer].sink === "learned" ? { sinks } : {};
    return !refused(() => attention(query, key, key, { normalizer, ...own, returns: { logSumExp: true } }));
  });
  expect(asked).toEqual(normalizers.filter((name) => normalizerTraits[name].remembers === "logSumExp"));
});

test("a normalizer asks for sinks where its sink is learned, and only there", () => {
  const learned = normalizers.filter((name) => normalizerTraits[name].sink === "learned");
  expect(normalizers.filter((normalizer) => refused(() => attention(query, key, key, { normalizer })))).toEqual(
    learned,
  );
  expect(normalizers.filter((normalizer) => !refused(() => attention(query, key, key, { normalizer, sinks })))).toEqual(
    learned,
  );
});

test.each(["softmax2", "constructor", null])("there is no normalizer %s", (normalizer) => {
  const options = { normalizer: normalizer as Normalizer, returns: { logSumExp: true } };
  expect(() => attention(query, key, key, options)).toThrow(/expected a normalizer among softmax, /);
});
