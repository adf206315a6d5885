import type { EncoderWork } from "./contenders/encoder.ts";
import { storyTokens } from "./story-tokens.ts";
import type { ListenWork } from "./contenders/listen.ts";
import { atMostTimes, fasterThan, rateAtLeast } from "./row.ts";
import type { Rival, Row } from "./row.ts";

/** Multiplications and additions in the encoder's projections and dense layers, of width 256 and 512: of the last layer's second matrix and the head
 *  for each text, of all else for each token. */
const encoderOperations = (tokens: number, texts: number): number =>
  2 * tokens * (256 * 768 + 2 * 256 * 512 + 512 * 1536 + 512 * 512 + 3 * 512 * 1536) +
  2 * texts * (1536 * 512 + 512 * 512);

const encoder = (name: string, work: EncoderWork): Rival => ({ name, job: { contender: "encoder", work } });

function listen(part: ListenWork["part"], threads: number): Pick<Row, "job" | "rivals"> {
  const job = (runtime: ListenWork["runtime"]): Row["job"] => ({
    contender: "listen",
    work: { runtime, part, threads },
  });
  // onnxruntime-web has one thread in Node
  const names = threads > 1 ? (["onnxruntime-node"] as const) : (["onnxruntime-web", "onnxruntime-node"] as const);
  return { job: job("fovea"), rivals: names.map((name) => ({ name, job: job(name) })) };
}

/** Whole models of the other apps.
 *  @param threads of the rows that have more than one; 1 leaves them out */
export function modelRows(threads: number): Row[] {
  const sentences = (threads: number, id: string): Row => ({
    id,
    work: `1,000 sentences of 4 to 28 tokens through the sentence encoder${threads > 1 ? `, ${threads} threads` : ""}`,
    job: { contender: "encoder", work: { runtime: "wasm", texts: "sentences", threads } },
    rivals: [encoder("tfjs wasm", { runtime: "tensorflow", texts: "sentences" })],
    operations: encoderOperations(16_000, 1000),
    limit: { of: "microkernel", amount: encoderOperations(16_000, 1000) / threads },
    targets: [fasterThan("tfjs wasm", 5)],
    limitedBy:
      "the microkernel; TensorFlow.js's dense layers are fast as well, it loses by padding and by having one thread in Node",
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
      operations: encoderOperations(512, 8),
      limit: { of: "microkernel", amount: encoderOperations(512, 8) },
      limitedBy: "weights that no second cache holds, attention of short texts, JavaScript between kernels",
      seconds: 25,
    },
    sentences(1, "sentences-1000"),
    ...(threads > 1 ? [sentences(threads, "sentences-1000-threads")] : []),
    ...[1, ...(threads > 1 ? [threads] : [])].flatMap((threads): Row[] => {
      const [text, end] = threads > 1 ? [`, ${threads} threads`, "-threads"] : ["", ""];
      const web = threads > 1 ? [] : [fasterThan("onnxruntime-web", 1)];
      return [
        {
          id: `listen${end}`,
          work: `11 s of speech to text, Moonshine tiny${text}`,
          ...listen("whole", threads),
          targets: [...web, atMostTimes(1.5, "onnxruntime-node")],
          limitedBy: "products in float32, where onnxruntime multiplies in 8 bits",
          seconds: 20,
        },
        {
          id: `listen-step${end}`,
          work: `one token of it${text}`,
          ...listen("step", threads),
          targets: [atMostTimes(1.2, "onnxruntime-node")],
          limitedBy: "reading the weights, and JavaScript between kernels",
          seconds: 20,
        },
      ];
    }),
    {
      id: "stories",
      work: `${storyTokens} tokens of a story, 5 layers of width 64`,
      job: { contender: "stories" },
      rivals: [],
      targets: [rateAtLeast(storyTokens, 5000, "tokens")],
      limitedBy: "products of one row each, and JavaScript around recorded steps",
      seconds: 5,
    },
  ];
}
