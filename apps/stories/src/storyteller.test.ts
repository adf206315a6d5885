import { tensor } from "@fovea/tensor";
import { expect, test, vi } from "vitest";
import { backends } from "@fovea/command-line/backends";
import { findModelFolder, missingModel, modelFile, readModelFile, tokenizerFile } from "./model-folder.ts";
import { modes } from "./modes.ts";
import { readLlama } from "./read-llama.ts";
import { UserError } from "@fovea/command-line";
import { createStoryteller, endlessWindow } from "./storyteller.ts";
import { tell, type TellOptions } from "./tell.ts";
import { createTokenizer } from "./tokenizer.ts";

const folder = findModelFolder();
if (folder === null) console.warn(`skipped: ${missingModel()}`);
const isHere = folder !== null;
const llama = isHere ? readLlama(await readModelFile(folder, modelFile)) : null;
const tokenizer = isHere ? createTokenizer(await readModelFile(folder, tokenizerFile), 512) : null;

/** llama2.c's own greedy text from an empty prompt. */
const golden =
  "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball. " +
  "She wanted to play with it, but it was too high.\n";

interface Telling extends Partial<TellOptions> {
  readonly mode?: string;
  readonly backend?: string;
  readonly window?: number;
}

async function story({ mode = "full", backend = "wasm", window = 32, ...options }: Telling): Promise<string> {
  const chosen = modes[mode]({ heads: 8, window, sinks: 4 });
  const { endless = false } = options;
  const storyteller = createStoryteller(llama!, { mode: chosen, backend, endless });
  const session = storyteller.open();
  let text = "";
  const settings = { prompt: "", endless, maximumTokens: 66, ...options };
  await tell(session, tokenizer!, settings, (piece) => (text += piece));
  session.dispose();
  storyteller.dispose();
  return text;
}

test.skipIf(!isHere).each(Object.keys(backends))("%s tells llama2.c's story", async (backend) => {
  expect(await story({ backend })).toContain(golden);
});

/** A start of the story in which modes part ways. */
const short = 30;

// recall's window is the gap it does not see
test.skipIf(!isHere).each([
  ["window", 100],
  ["sinks", 100],
  ["recall", 1],
])("%s changes nothing where it hides nothing", async (mode, window) => {
  expect(await story({ mode, window, maximumTokens: short })).toBe(await story({ maximumTokens: short }));
});

test.skipIf(!isHere).each(Object.keys(modes).filter((name) => name !== "full"))(
  "%s changes the story",
  async (mode) => {
    expect(await story({ mode, window: 6, maximumTokens: short })).not.toBe(await story({ maximumTokens: short }));
  },
);

function draw(seed: number): Promise<string> {
  return story({ prompt: "The dragon", temperature: 1, topK: 50, topP: 0.95, seed, maximumTokens: 25 });
}

test.skipIf(!isHere)("drawn stories repeat with their seed, and begin with the prompt", async () => {
  const first = await draw(1);
  expect(first).toMatch(/^The dragon./);
  expect(await draw(1)).toBe(first);
  expect(await draw(2)).not.toBe(first);
});

test.skipIf(!isHere)(
  "an endless story starts as the ordinary one, and goes on past the context in flat memory",
  async () => {
    const { recent, sinks } = endlessWindow;
    expect(recent + sinks).toBeLessThan(llama!.sizes.context);
    const mode = modes["full"]({ heads: 8, window: 32, sinks: 4 });
    const session = createStoryteller(llama!, { mode, backend: "wasm", endless: true }).open();
    const settings = { prompt: "", endless: true };
    // until the window is full, and has moved
    await tell(session, tokenizer!, { ...settings, maximumTokens: 600 }, () => {});
    const grow = vi.spyOn(WebAssembly.Memory.prototype, "grow");
    const told = await tell(session, tokenizer!, { ...settings, maximumTokens: 1500 }, () => {});
    expect(told.tokens).toBe(1500);
    expect(grow).not.toHaveBeenCalled();
    grow.mockRestore();
    for (const backend of ["wasm", "reference"]) expect(await story({ backend, endless: true })).toContain(golden);
  },
);

test.skipIf(!isHere)("answers that are no numbers, as damaged weights give them, end it in one sentence", async () => {
  const session = { feed: () => tensor([[0, NaN]]) };
  await expect(tell(session, tokenizer!, { prompt: "", endless: false }, () => {})).rejects.toThrow(
    new UserError("The model gives no finite answer: its file is damaged. Get it again."),
  );
});

test.skipIf(!isHere)("Ctrl-C ends a story", async () => {
  let asked = 0;
  const text = await story({ endless: true, maximumTokens: 1e9, isStopped: () => ++asked === 3 });
  expect(text.length).toBeGreaterThan(0);
});
