import { wasmOrReference } from "@fovea/backend-wasm";
import { createAnswerer } from "./answer.ts";
import type { Question } from "./protocol.ts";

/** Computes beside the page, so that typing never waits: of the questions that came meanwhile only the last is answered. */
const answer = createAnswerer(wasmOrReference({ threads: 1 }));
let latest: Question | null = null;

self.addEventListener("message", ({ data }: MessageEvent<Question>) => {
  const isWaiting = latest !== null;
  latest = data;
  if (!isWaiting) setTimeout(work);
});

function work(): void {
  if (latest === null) return;
  const question = latest;
  latest = null;
  const result = answer(question);
  const { picture } = result;
  self.postMessage(result, picture ? { transfer: [picture.values.buffer] } : {});
}
