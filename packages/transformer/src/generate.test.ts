import { expect, test } from "vitest";
import { ChainSession } from "./chain.test-support.ts";
import { generate, type GenerateOptions } from "./generate.ts";
import { TransformerError } from "./transformer-error.ts";

/** After token t comes t + 1 with 0.7, any other with 0.1. */
const counting = (): ChainSession =>
  new ChainSession((sequence) => [0, 1, 2, 3].map((token) => (token === (sequence.at(-1)! + 1) % 4 ? 0.7 : 0.1)));

async function collect(session: ChainSession, prompt: readonly number[], options: GenerateOptions): Promise<number[]> {
  const tokens: number[] = [];
  for await (const token of generate(session, prompt, options)) tokens.push(token);
  return tokens;
}

test("greedy takes the likeliest token and feeds it back", async () => {
  const session = counting();
  expect(await collect(session, [3, 0], { maximumTokens: 6 })).toEqual([1, 2, 3, 0, 1, 2]);
  expect(session.sequences).toEqual([[3, 0, 1, 2, 3, 0, 1]]);
});

test("a stop token ends it and is not yielded", async () => {
  expect(await collect(counting(), [0], { stopTokens: [3] })).toEqual([1, 2]);
});

test("tokens arrive while the rest is not computed yet", async () => {
  const session = counting();
  for await (const token of generate(session, [0])) if (token === 3) break;
  expect(session.sequences).toEqual([[0, 1, 2]]);
});

const draw = (seed: number): Promise<number[]> => collect(counting(), [0], { temperature: 2, seed, maximumTokens: 30 });

test("equal seeds give equal sequences, other seeds others", async () => {
  expect(await draw(1)).toEqual(await draw(1));
  expect(await draw(1)).not.toEqual(await draw(2));
});

test.each<[readonly number[], GenerateOptions, string]>([
  [[], {}, "prompt"],
  [[0], { maximumTokens: 0 }, "maximumTokens"],
  [[0], { topP: 2 }, "topP"],
  [
    [0],
    { seed: 1, maxTokens: 3 } as GenerateOptions,
    'generate: there is no option "maxTokens". There are temperature, topK, topP, maximumTokens',
  ],
])("prompt %o with %o is refused before anything is fed", async (prompt, options, name) => {
  const session = counting();
  await expect(collect(session, prompt, options)).rejects.toThrow(name);
  await expect(collect(session, prompt, options)).rejects.toThrow(TransformerError);
  expect(session.sequences).toEqual([[]]);
});
