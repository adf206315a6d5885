import type { EncoderWork } from "./contenders/encoder.ts";
import { storyTokens } from "./story-tokens.ts";
import { fasterThan, rateAtLeast } from "./row.ts";
import type { Rival, Row } from "./row.ts";

const encoder = (name: string, work: EncoderWork): Rival => ({ name, job: { contender: "encoder", work } });

/** Whole models of the other apps.
 *  @param threads of the rows that have more than one; 1 leaves them out */
export function modelRows(threads: number): Row[] {
  const sentences = (threads: number, id: string): Row => ({
    id,
    work: `1,000 sentences of 4 to 28 tokens through the sentence encoder${threads > 1 ? `, ${threads} threads` : ""}`,
    job: { contender: "encoder", work: { runtime: "wasm", texts: "sentences", threads } },
    rivals: [encoder("tfjs wasm", { runtime: "tensorflow", texts: "sentences" })],
    targets: [fasterThan("tfjs wasm", 5)],
    limitedBy: "TensorFlow.js's dense layers of one pair of matrices, which are fast; it loses by padding",
    seconds: 30,
  });
  return [
    {
      id: "encoder",
      work: "8 texts of 64 tokens through the sentence encoder",
      job: { contender: "encoder", work: { runtime: "wasm", texts: "equal" } },
      rivals: [
        encoder("reference backend", { runtime: "reference", texts: "equal" }),
        encoder("tfjs wasm", { runtime: "tensorflow", texts: "equal" }),
      ],
      targets: [fasterThan("reference backend", 20), fasterThan("tfjs wasm", 1)],
      limitedBy: "the microkernel, whose whole rate is hardly more than 15 times the reference's loops",
      seconds: 25,
    },
    sentences(1, "sentences-1000"),
    ...(threads > 1 ? [sentences(threads, "sentences-1000-threads")] : []),
    {
      id: "stories",
      work: `${storyTokens} tokens of a story, 5 layers of width 64`,
      job: { contender: "stories" },
      rivals: [],
      targets: [rateAtLeast(storyTokens, 5000, "tokens")],
      limitedBy: "products of one row each, and JavaScript between them",
      seconds: 5,
    },
  ];
}
