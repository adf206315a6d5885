import { findModelFolder, modelFile, readModelFile } from "@fovea/stories/src/model-folder.ts";
import { modes } from "@fovea/stories/src/modes.ts";
import { readLlama } from "@fovea/stories/src/read-llama.ts";
import { createStoryteller } from "@fovea/stories/src/storyteller.ts";
import { textStart } from "@fovea/stories/src/tokenizer.ts";
import { generate } from "@fovea/transformer";
import { kernelShare } from "../kernel-share.ts";
import type { Prepared } from "../prepared.ts";
import { storyTokens } from "../story-tokens.ts";

/** apps/stories writes the likeliest story, token by token. */
export async function prepareStories(): Promise<Prepared> {
  const folder = findModelFolder();
  if (folder === null) throw new Error("the story model is not on this machine");
  const llama = readLlama(await readModelFile(folder, modelFile));
  const mode = modes["full"]({ heads: llama.sizes.heads, window: 32, sinks: 4 });
  const storyteller = createStoryteller(llama, { mode, backend: "wasm", endless: false });
  let story: number[] = [];
  const run = async (): Promise<void> => {
    const session = storyteller.open();
    story = [];
    const options = { maximumTokens: storyTokens, stopTokens: [] };
    for await (const token of generate(session, [textStart], options)) story.push(token);
    session.dispose();
  };
  return {
    run,
    check: () => story.slice(0, 16),
    figures: async () => ({ kernelShare: await kernelShare(run) }),
  };
}
