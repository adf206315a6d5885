import { createHash } from "node:crypto";
import { join } from "node:path";
import { activations } from "@fovea/block-operations";
import { createPlan, normalizers, type Plan, type PlanParts } from "@fovea/dot-product-attention";
import { mask, probability, score } from "@fovea/formula";
import { causal, documents, slidingWindow } from "@fovea/masking";
import { alibi, softCap } from "@fovea/scoring";
import { expect, test } from "vitest";
import { backwardModule } from "./calls/backward-module.ts";
import type { Heap } from "./memory/heap.ts";
import { mapModule } from "./operations/map-module.ts";
import { operationModule } from "./operations/operation-module.ts";
import { type OperationKind, operationKinds, type OperationVariant, plainVariant } from "./records/task.ts";
import { decodeModule, forwardModule, planShape } from "./calls/plan-modules.ts";
import type { Simd } from "./vectors/simd.ts";

const engines: Readonly<Record<string, Simd>> = {
  plain: { relaxed: false, wide: false },
  relaxed: { relaxed: true, wide: false },
  wide: { relaxed: true, wide: true },
};
/** What the modules ask of a heap. */
const heap = (shared: boolean): Heap => ({ shared, maximumPages: 65535 }) as Heap;

const ids = [0, 0, 1, 1];
const plain: PlanParts = {
  headDim: 64,
  valueDim: 64,
  queryType: "float32",
  keyType: "float32",
  valueType: "float32",
  score: null,
  mask: null,
  probability: null,
  normalizer: "softmax",
};

/** One plan for each thing that a kernel is specialised for, alone and where two of them meet. */
function* plans(): Generator<readonly [name: string, parts: PlanParts]> {
  const masks = {
    everything: null,
    causal: causal(),
    documents: documents(ids),
    window: slidingWindow({ lookback: 2 }),
  };
  for (const normalizer of normalizers) {
    for (const [name, program] of Object.entries(masks))
      yield [`${normalizer} ${name}`, { ...plain, normalizer, mask: program }];
    for (const storage of ["float64", "float16", "bfloat16", "int8"] as const) {
      yield [
        `${normalizer} ${storage}`,
        { ...plain, normalizer, keyType: storage, valueType: storage, mask: causal() },
      ];
    }
    yield [`${normalizer} probability`, { ...plain, normalizer, probability: probability`probability * probability` }];
  }
  const scores = {
    alibi: alibi({ heads: 2 }),
    "soft cap": softCap(30),
    everything: score`sin(score) + exp(-abs(score)) + tanh(score * 0.5) + log(1 + score * score) + sqrt(abs(score)) + ${[1, 2, 3]}[query % 3]`,
  };
  for (const [name, program] of Object.entries(scores)) {
    yield [`score ${name}`, { ...plain, score: program, mask: causal() }];
    yield [`sigmoid score ${name}`, { ...plain, normalizer: "sigmoid", score: program }];
    yield [`sparsemax score ${name}`, { ...plain, normalizer: "sparsemax", score: program }];
  }
  yield [
    "mask of every kind",
    { ...plain, mask: mask`(key <= query and query - key < 5) or (batch == 1 and key % 3 == 0 and not (head == 0))` },
  ];
  yield ["query of 16 bits", { ...plain, queryType: "float16", keyType: "float16", valueType: "bfloat16" }];
  for (const [headDim, valueDim] of [
    [1, 1],
    [3, 5],
    [8, 8],
    [32, 64],
    [128, 128],
    [200, 36],
  ] as const) {
    yield [`heads of ${headDim} and ${valueDim}`, { ...plain, headDim, valueDim, mask: causal() }];
    yield [`sparsemax heads of ${headDim} and ${valueDim}`, { ...plain, normalizer: "sparsemax", headDim, valueDim }];
  }
}

/** What kernels of one kind are made for. */
function* variants(kind: OperationKind): Generator<readonly [name: string, variant: OperationVariant]> {
  const isProduct = kind === "product" || kind === "fewRowsProduct";
  if (kind !== "map") yield ["", plainVariant];
  if (isProduct) yield [" int8", { ...plainVariant, weightBytes: 1 }];
  for (const activation of isProduct || kind === "map" ? activations : [])
    yield [` ${activation}`, { ...plainVariant, activation }];
}

/** Integers do not learn: there is no backward for int8. */
const differentiable = (plan: Plan): boolean => plan.keyType !== "int8";

const line = (name: string, bytes: Uint8Array): string =>
  `${createHash("sha256").update(bytes).digest("hex").slice(0, 16)} ${String(bytes.length).padStart(6)} ${name}`;

function* lines(): Generator<string> {
  for (const [engine, simd] of Object.entries(engines)) {
    for (const shared of [false, true]) {
      const where = `${engine}${shared ? " shared" : ""}`;
      for (const kind of operationKinds) {
        for (const [name, variant] of variants(kind))
          yield line(`${where} ${kind}${name}`, operationModule(kind, variant, heap(shared), simd).bytes);
      }
      yield line(`${where} map`, mapModule(score`score * exp(-score) + 1`, heap(shared), simd));
    }
    for (const [name, parts] of plans()) {
      const plan = createPlan(parts);
      const shape = planShape(plan, simd);
      yield line(`${engine} forward ${name}`, forwardModule(plan, shape, heap(false), simd));
      if (shape.strip) yield line(`${engine} decode ${name}`, decodeModule(plan, shape, heap(false), simd));
      if (differentiable(plan)) yield line(`${engine} backward ${name}`, backwardModule(plan, heap(false), simd).bytes);
    }
  }
}

// Moves and renames may not change this file; a commit that changes a kernel must: `npm test -- kernel-hashes -u`.
test("every kernel is, byte for byte, the one that kernel-hashes.txt tells of", async () => {
  await expect([...lines(), ""].join("\n")).toMatchFileSnapshot(join(import.meta.dirname, "kernel-hashes.txt"));
});
