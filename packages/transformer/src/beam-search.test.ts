import { randomGenerator } from "@fovea/tensor";
import { expect, test } from "vitest";
import { beamSearch, type Beam } from "./beam-search.ts";
import { ChainSession } from "./chain.test-support.ts";
import { TransformerError } from "./transformer-error.ts";

const stop = 2;

/** Every sequence that ends with the stop token or at the longest length, by walking the whole tree. */
function enumerate(
  next: (sequence: readonly number[]) => readonly number[],
  maximumTokens: number,
  lengthPenalty: number,
): readonly Beam[] {
  const found: Beam[] = [];
  const walk = (tokens: readonly number[], logProbability: number): void => {
    for (const [token, p] of next([0, ...tokens]).entries()) {
      const sum = logProbability + Math.log(p);
      const length = tokens.length + 1;
      const stopped = token === stop;
      const score = sum / length ** lengthPenalty;
      if (stopped) found.push({ tokens, logProbability: sum, score, stopped });
      else if (length === maximumTokens)
        found.push({ tokens: [...tokens, token], logProbability: sum, score, stopped });
      else walk([...tokens, token], sum);
    }
  };
  walk([], 0);
  return found.sort((a, b) => b.score - a.score);
}

/** Three tokens whose probabilities depend on the whole sequence in no simple way. */
function hashed(sequence: readonly number[]): readonly number[] {
  const { next } = randomGenerator(sequence.reduce((seed, token) => seed * 7 + token + 1, 3));
  const shares = [next() + 0.05, next() + 0.05, next() * 0.5 + 0.05];
  const total = shares[0] + shares[1] + shares[2];
  return shares.map((share) => share / total);
}

test.each([0, 0.5, 1, 2])(
  "as many beams as prefixes find what enumerating finds, length penalty %d",
  async (lengthPenalty) => {
    const beams = 16;
    const options = { beams, stopTokens: [stop], maximumTokens: 5, lengthPenalty };
    const found = await beamSearch(new ChainSession(hashed), [0], options);
    const expected = enumerate(hashed, 5, lengthPenalty).slice(0, 5);
    for (const [rank, beam] of expected.entries()) {
      expect(found[rank].tokens).toEqual(beam.tokens);
      expect(found[rank].stopped).toBe(beam.stopped);
      expect(found[rank].logProbability).toBeCloseTo(beam.logProbability, 10);
      expect(found[rank].score).toBeCloseTo(beam.score, 10);
    }
  },
);

/** 0 looks better at first (0.55), but what follows 1 is certain: 0.45 against 0.55 × 0.4 for each way on. */
const trap = (sequence: readonly number[]): readonly number[] => {
  if (sequence.length === 1) return [0.55, 0.45, 0];
  if (sequence.length === 2) return sequence[1] === 0 ? [0.4, 0.4, 0.2] : [0, 1, 0];
  return [0, 0, 1];
};

test("two beams avoid the trap that one walks into", async () => {
  const options = { stopTokens: [stop], maximumTokens: 4, lengthPenalty: 0 };
  const [greedy] = await beamSearch(new ChainSession(trap), [0], { ...options, beams: 1 });
  expect(greedy).toMatchObject({ tokens: [0, 0], stopped: true });
  expect(greedy.logProbability).toBeCloseTo(Math.log(0.22), 12);
  const best = await beamSearch(new ChainSession(trap), [0], { ...options, beams: 2 });
  expect(best[0]).toMatchObject({ tokens: [1, 1], stopped: true });
  expect(best[0].logProbability).toBeCloseTo(Math.log(0.45), 12);
});

/** Stopping is likeliest at once; whoever goes on is sure from then on. */
const sure = (sequence: readonly number[]): readonly number[] => (sequence.length === 1 ? [0.4, 0, 0.6] : [1, 0, 0]);

test("one beam ends where stopping is likeliest, though the mean would be better further on", async () => {
  const found = await beamSearch(new ChainSession(sure), [0], { beams: 1, stopTokens: [stop], maximumTokens: 50 });
  expect(found).toMatchObject([{ tokens: [], stopped: true }]);
});

/** Stopping at once: ln 0.4; going on: ln 0.6 + ln 0.6 + ln 1 = ln 0.36, over 3 tokens -0.34 against -0.92. */
const patient = (sequence: readonly number[]): readonly number[] => (sequence.length < 3 ? [0.6, 0, 0.4] : [0, 0, 1]);

const searchPatient = (lengthPenalty: number): Promise<readonly Beam[]> =>
  beamSearch(new ChainSession(patient), [0], { beams: 3, stopTokens: [stop], maximumTokens: 3, lengthPenalty });

test("the length penalty decides between a short sequence and a likelier mean", async () => {
  expect((await searchPatient(0))[0].tokens).toEqual([]);
  expect((await searchPatient(1))[0].tokens).toEqual([0, 0]);
});

test("it ends as soon as nothing can overtake", async () => {
  const session = new ChainSession(() => [0.05, 0.05, 0.9]);
  await beamSearch(session, [0], { beams: 1, stopTokens: [stop], maximumTokens: 50, lengthPenalty: 0 });
  expect(session.sequences[0].length).toBeLessThan(4);
});

test("options outside their range, and sessions that cannot reorder, are refused", async () => {
  const session = new ChainSession(trap);
  const options = { stopTokens: [stop], maximumTokens: 3 };
  await expect(beamSearch(session, [], options)).rejects.toThrow("prompt");
  await expect(beamSearch(session, [0], { ...options, beams: 0 })).rejects.toThrow("beams");
  await expect(beamSearch(session, [0], { ...options, lengthPenalty: -1 })).rejects.toThrow("lengthPenalty");
  await expect(beamSearch(session, [0], Object.assign({ width: 8 }, options))).rejects.toThrow('no option "width"');
  await expect(beamSearch(session, [0], { ...options, maximumTokens: 0.5 })).rejects.toThrow(TransformerError);
  const fixed = { feed: (ids: readonly (readonly number[])[]) => session.feed(ids) };
  await expect(beamSearch(fixed, [0], options)).rejects.toThrow("cannot reorder");
  expect(session.sequences).toEqual([[]]);
});
