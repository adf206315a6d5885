import { blockMaskStatistics, causalDocuments, createBlockMask, documentIds } from "@fovea/masking";
import { documentLengths } from "./document-lengths.ts";
import type { AttentionContender } from "./job.ts";
import {
  atMostTimes,
  bytesAtMost,
  fasterThan,
  figureAtMost,
  ofLimitAtLeast,
  rivalAtMostTimes,
  timeAtMost,
} from "./row.ts";
import type { Figures, Rival, Row } from "./row.ts";
import { vectorBits } from "./machine.ts";
import { modelRows } from "./model-rows.ts";
import { tensorFlowRows } from "./tensorflow-rows.ts";
import { keyValueBytes, operationsOf } from "./work.ts";
import type { AttentionWork } from "./work.ts";

/** Eight heads of 64, one sequence, one thread. */
function work(keys: number, rest: Partial<AttentionWork> = {}): AttentionWork {
  return { heads: 8, headDim: 64, keys, mask: "none", ...rest };
}

function rival(name: AttentionContender, work: AttentionWork, rest: Partial<Rival> = {}): Rival {
  return { name, job: { contender: name, work }, ...rest };
}

/** Fovea itself on other work. */
function own(name: string, work: AttentionWork, rest: Partial<Rival> = {}): Rival {
  return { name, job: { contender: "fovea", work }, different: true, ...rest };
}

/** What vectors of 256 bits make of it: onnxruntime-web with V8's flag, which its users do not set, and Fovea without. */
function vectorRivals(work: AttentionWork): readonly Rival[] {
  return [
    { name: "onnxruntime-web, 256 bits", job: { contender: "onnxruntime-web", work, wide: true } },
    { name: "Fovea, 128 bits", job: { contender: "fovea", work, wide: false } },
  ];
}

type AttentionRow = Pick<Row, "id" | "targets" | "limitedBy" | "seconds"> & { readonly rivals: readonly Rival[] };

function attentionRow(text: string, work: AttentionWork, row: AttentionRow): Row {
  const operations = operationsOf(work);
  return {
    work: text,
    job: { contender: "fovea", work },
    operations,
    // the limit is one thread's
    limit: { of: "microkernel", amount: operations / (work.threads ?? 1) },
    bytes: extraBytes,
    ...row,
  };
}

/** Memory beyond inputs and results: what WebAssembly grew by, or the whole process where that is more. */
const extraBytes = (figures: Figures): number => Math.max(figures["wasmBytes"], figures["residentBytes"], 0);

const documents = documentLengths(16_384, 64, 448);

/** Keys = queries of an unmasked attention with as many pairs as the documents' visible blocks hold. */
function sizeOfVisibleBlocks(): number {
  const mask = causalDocuments(documentIds(documents));
  const [queryBlock, keyBlock] = [96, 32]; // finer than the WebAssembly backend asks for: what these hold must be visited
  const blocks = createBlockMask(mask, { queries: 16_384, keys: 16_384, queryBlock, keyBlock });
  const { full, partial } = blockMaskStatistics(blocks);
  return Math.round(Math.sqrt((full + partial) * queryBlock * keyBlock));
}

/** Every row, in the order of the table. */
export function rowsOf({ threads }: { readonly threads: number }): Row[] {
  const causal = (keys: number) => work(keys, { mask: "causal" });
  const window = (keys: number, size: number, heads = 8) => work(keys, { mask: { window: size }, heads });
  const gradients = (keys: number) => work(keys, { gradients: true });
  const decode: AttentionWork = { heads: 32, keyHeads: 8, queries: 1, keys: 8192, headDim: 128, mask: "none" };
  const flash = "onnxruntime-node flash";
  const grouped = "onnxruntime-node grouped";
  /** Native code of 512 bits multiplies up to twice as fast as WebAssembly can. */
  const wide = vectorBits() === 512;

  return [
    attentionRow("1,024 × 1,024, no mask", work(1024), {
      id: "full-1024",
      rivals: [
        rival(flash, work(1024)),
        rival("onnxruntime-node", work(1024)),
        rival("onnxruntime-web", work(1024)),
        ...vectorRivals(work(1024)),
        rival("jax-js", work(1024)),
        rival("tfjs wasm", work(1024), { slow: true }),
        rival("tfjs cpu", work(1024), { slow: true }),
      ],
      targets: [ofLimitAtLeast(0.8, "the microkernel"), fasterThan("onnxruntime-web", 3.5), fasterThan(flash, 0.6)],
      limitedBy: "exponentials, packing and rescaling between the matrix products",
      seconds: 35,
    }),
    attentionRow("4,096 × 4,096, no mask", work(4096), {
      id: "full-4096",
      rivals: [
        rival(flash, work(4096)),
        rival("onnxruntime-node", work(4096)),
        rival("onnxruntime-web", work(4096)),
        rival("jax-js", work(4096), { slow: true }),
      ],
      targets: [ofLimitAtLeast(0.8, "the microkernel"), fasterThan(flash, 0.6)],
      limitedBy: "exponentials, packing and rescaling between the matrix products",
      seconds: 35,
    }),
    attentionRow("1,024 × 1,024, causal", causal(1024), {
      id: "causal-1024",
      rivals: [
        rival(grouped, causal(1024)),
        rival(flash, causal(1024)),
        rival("onnxruntime-node", causal(1024)),
        rival("onnxruntime-web", causal(1024)),
        ...vectorRivals(causal(1024)),
        rival("jax-js", causal(1024)),
        rival("tfjs wasm", causal(1024), { slow: true }),
      ],
      targets: [
        ofLimitAtLeast(0.8, "the microkernel"),
        fasterThan(grouped, wide ? 1.2 : 1.3),
        fasterThan("onnxruntime-web", 7),
      ],
      limitedBy: "the mask's edge, where rows ask it and panels are not whole",
      seconds: 25,
    }),
    attentionRow("4,096 × 4,096, causal", causal(4096), {
      id: "causal-4096",
      rivals: [
        rival(grouped, causal(4096)),
        rival(flash, causal(4096)),
        rival("onnxruntime-node", causal(4096)),
        rival("onnxruntime-web", causal(4096)),
        rival("jax-js", causal(4096), { slow: true }),
      ],
      targets: [ofLimitAtLeast(0.82, "the microkernel"), fasterThan(grouped, wide ? 1 : 1.3)],
      limitedBy: "the mask's edge, where rows ask it and panels are not whole",
      seconds: 35,
    }),
    attentionRow("16,384 × 16,384, causal, window of 256", window(16_384, 256), {
      id: "window-16384",
      rivals: [
        rival(grouped, window(16_384, 256, 1), { times: 8, different: true }),
        // all heads at once take 8.6 GB for the scores alone
        rival("onnxruntime-node", window(16_384, 256, 1), { times: 8, different: true }),
        own("65,536 keys", window(65_536, 256)),
      ],
      targets: [ofLimitAtLeast(0.68, "the microkernel"), fasterThan(grouped, 25), rivalAtMostTimes("65,536 keys", 4.3)],
      limitedBy: "partial blocks at both ends of the window, packing of keys and values that serve few queries",
      seconds: 30,
    }),
    attentionRow("16,384 × 16,384, 64 documents packed, causal", work(16_384, { mask: { documents } }), {
      id: "documents-16384",
      rivals: [own("visible blocks alone", work(sizeOfVisibleBlocks()))],
      targets: [atMostTimes(1.25, "visible blocks alone")],
      limitedBy: "the mask program in partial blocks, making the block mask, short rows of blocks",
      seconds: 10,
    }),
    attentionRow("2,048 × 2,048, ALiBi", work(2048, { score: "alibi" }), {
      id: "alibi-2048",
      rivals: [own("plain attention", work(2048))],
      targets: [atMostTimes(1.1, "plain attention")],
      limitedBy: "the score program, applied to every pair",
      seconds: 10,
    }),
    attentionRow("2,048 × 2,048, soft cap 30", work(2048, { score: "softCap" }), {
      id: "softcap-2048",
      rivals: [own("plain attention", work(2048))],
      targets: [atMostTimes(1.3, "plain attention")],
      limitedBy: "tanh of every pair",
      seconds: 10,
    }),
    attentionRow("1,024 × 1,024, forward + backward", gradients(1024), {
      id: "backward-1024",
      rivals: [own("forward alone", work(1024)), rival("tfjs wasm", gradients(1024), { slow: true })],
      targets: [atMostTimes(4.2, "forward alone"), fasterThan("tfjs wasm", 20)],
      limitedBy: "five matrix products where forward has two, and scores computed twice",
      seconds: 30,
    }),
    attentionRow("4,096 × 4,096, forward + backward", gradients(4096), {
      id: "backward-4096",
      rivals: [own("forward alone", work(4096)), rival("tfjs wasm", gradients(4096), { slow: true })],
      targets: [atMostTimes(4.2, "forward alone"), fasterThan("tfjs wasm", 20)],
      limitedBy: "five matrix products where forward has two, and scores computed twice",
      seconds: 60,
    }),
    ...(threads > 1
      ? [
          attentionRow(`4,096 × 4,096, no mask, ${threads} threads`, work(4096, { threads }), {
            id: "threads-4096",
            rivals: [own("one thread", work(4096)), rival(flash, work(4096, { threads }))],
            targets: [fasterThan("one thread", 0.95 * threads)],
            limitedBy: "other work on this machine's processors, and memory that threads share",
            seconds: 25,
          }),
        ]
      : []),
    {
      ...attentionRow("1 query of 32 heads, 8,192 keys of 8 heads of 128", decode, {
        id: "decode-8192",
        rivals: [rival("onnxruntime-web", decode), rival("onnxruntime-node", decode)],
        targets: [ofLimitAtLeast(0.75, "the read bandwidth"), fasterThan("onnxruntime-web", 2)],
        limitedBy:
          "lines under way: WebAssembly asks for one by reading it, and a processor looks only so many instructions ahead",
        seconds: 12,
      }),
      limit: { of: "read", amount: keyValueBytes(decode) },
    },
    attentionRow("65,536 × 65,536, causal, window of 512", window(65_536, 512), {
      id: "memory-65536",
      rivals: [],
      targets: [bytesAtMost(64e6, "≤ 64 MB beyond inputs and output")],
      limitedBy: "memory that kernels borrow and JavaScript's own",
      seconds: 15,
    }),
    {
      id: "compile",
      work: "first call with a new plan",
      job: { contender: "compile" },
      rivals: [],
      targets: [
        figureAtMost("slowestKind", 5, "≤ 5 ms each"),
        figureAtMost("compilations", 0, "0 compilations in 1,000 calls of changing lengths"),
      ],
      limitedBy: "writing the kernel's bytes in JavaScript that is not yet optimized",
      seconds: 5,
    },
    ...(["operation", "attention"] as const).map((kind): Row => ({
      id: `first-${kind}`,
      work: `first ${kind === "operation" ? "block operation" : "attention"} of a process`,
      job: { contender: "first-call", work: kind },
      rivals: [],
      fresh: true,
      targets: [timeAtMost(8)],
      limitedBy: "JavaScript that has never run, which writes the kernel",
      seconds: 25,
    })),
    ...modelRows(threads),
    ...tensorFlowRows(),
    {
      id: "accuracy",
      work: "difference from float64",
      job: { contender: "accuracy" },
      untimed: true,
      rivals: [],
      targets: [figureAtMost("forward", 2e-6, "forward ≤ 2e-6"), figureAtMost("gradients", 2e-5, "gradients ≤ 2e-5")],
      limitedBy: "float32 sums",
      seconds: 6,
    },
    ...(["window", "documents"] as const).map((kind): Row => ({
      id: `block-mask-${kind}-1M`,
      work: `block mask of 1,048,576², ${kind === "window" ? "window of 4,096" : "65,536 documents, causal"}`,
      job: { contender: "block-mask", work: kind },
      rivals: [],
      targets: [],
      limitedBy: "",
      bytes: (figures) => figures["bytes"],
      seconds: 4,
    })),
  ];
}
