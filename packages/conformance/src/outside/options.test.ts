import * as core from "@fovea/dot-product-attention";
import * as embedding from "@fovea/embedding";
import * as formula from "@fovea/formula";
import * as inspection from "@fovea/inspection";
import * as masking from "@fovea/masking";
import * as heads from "@fovea/multi-head-attention";
import * as program from "@fovea/program";
import * as scoring from "@fovea/scoring";
import { tensor as makeTensor, zeros } from "@fovea/tensor";
import * as tensors from "@fovea/tensor";
import { describe, expect, test } from "vitest";

type Call = (options: never) => unknown;

const x = zeros([1, 1, 2, 2]);
const [matrix, row] = [zeros([2, 2]), makeTensor([1, 2])];
const weights = heads.randomWeights(tensors.randomGenerator(1), { queryDim: 2, heads: 1 });
const rotary = embedding.rotaryTables({ positions: 2, rotaryDim: 2 });
const image = zeros([1, 1, 2, 2]);
const causal = masking.causal();
const blocks = masking.createBlockMask(causal, { queries: 2, keys: 2 });
const mode = scoring.focus();

/** Every public function of the core packages that takes options, called with nothing else wrong. */
const functions: Readonly<Record<string, Call>> = {
  tensor: (o) => tensors.tensor([1, 2], o),
  gelu: (o) => tensors.gelu(row, o),
  geluGradient: (o) => tensors.geluGradient(row, row, o),
  frames: (o) => tensors.frames(matrix, o),
  matmul: (o) => tensors.matmul(matrix, matrix, o),
  causalConvolution: (o) => tensors.causalConvolution(zeros([1, 2, 3]), zeros([2, 1, 2]), o),
  layerNorm: (o) => tensors.layerNorm(matrix, o),
  layerNormGradients: (o) => tensors.layerNormGradients(matrix, matrix, o),
  rmsNorm: (o) => tensors.rmsNorm(matrix, o),
  rmsNormGradients: (o) => tensors.rmsNormGradients(matrix, matrix, o),
  sum: (o) => tensors.sum(row, 0, o),
  mean: (o) => tensors.mean(row, 0, o),
  max: (o) => tensors.max(row, 0, o),
  argmax: (o) => tensors.argmax(row, 0, o),
  allClose: (o) => tensors.allClose(row, row, o),
  uniform: (o) => tensors.randomGenerator(1).uniform([2], o),
  normal: (o) => tensors.randomGenerator(1).normal([2], o),
  trace: (o) => program.trace(({ score }) => score, o),
  parseFormula: (o) => formula.parseFormula("score", o),
  draw: (o) => masking.draw(causal, 2, 2, o),
  drawBlocks: (o) => masking.drawBlocks(blocks, o),
  createBlockMask: (o) => masking.createBlockMask(causal, o),
  blockMaskFromRuns: (o) => masking.blockMaskFromRuns(causal, o, blocks),
  slidingWindow: (o) => masking.slidingWindow(o),
  dilatedWindow: (o) => masking.dilatedWindow(o),
  globalLocal: (o) => masking.globalLocal(o),
  padding: (o) => masking.padding([1], o),
  documents: (o) => masking.documents([0, 1], o),
  sharedPrefix: (o) => masking.sharedPrefix(o),
  tree: (o) => masking.tree([-1, 0], o),
  blockDiffusion: (o) => masking.blockDiffusion(o),
  flamingo: (o) => masking.flamingo(o),
  neighborhood2d: (o) => masking.neighborhood2d(o),
  tiledNeighborhood2d: (o) => masking.tiledNeighborhood2d(o),
  mortonNeighborhood2d: (o) => masking.mortonNeighborhood2d(o),
  slidingTile2d: (o) => masking.slidingTile2d(o),
  slidingTile3d: (o) => masking.slidingTile3d(o),
  spatialHead: (o) => masking.spatialHead(o),
  temporalHead: (o) => masking.temporalHead(o),
  videoHeads: (o) => masking.videoHeads(o),
  activationByLog: (o) => scoring.activationByLog("relu", o),
  additiveBias: (o) => scoring.additiveBias(matrix, o),
  tensorMask: (o) => scoring.tensorMask(matrix, o),
  alibi: (o) => scoring.alibi(o),
  distanceDecay: (o) => scoring.distanceDecay(o),
  graphormerBias: (o) => scoring.graphormerBias(o),
  pairBias: (o) => scoring.pairBias(o),
  relativeBias: (o) => scoring.relativeBias(o),
  relativeBucket: (o) => scoring.relativeBucket(1, o),
  sandwich: (o) => scoring.sandwich(o),
  swinRelativeBias: (o) => scoring.swinRelativeBias(o),
  t5RelativeBias: (o) => scoring.t5RelativeBias(o),
  withSinkKeys: (o) => scoring.withSinkKeys(causal, o),
  focus: (o) => scoring.focus(o),
  glance: (o) => scoring.glance(o),
  recall: (o) => scoring.recall(o),
  scan: (o) => scoring.scan(o),
  skim: (o) => scoring.skim(o),
  perHead: (o) => scoring.perHead([causal], o),
  perHeadModes: (o) => scoring.perHeadModes([mode], o),
  attention: (o) => core.attention(x, x, x, o),
  attentionGradients: (o) => core.attentionGradients(x, x, x, x, o),
  attentionWeights: (o) => core.attentionWeights(x, x, o),
  "attentionWeights, tile": (o) => core.attentionWeights(x, x, {}, o),
  weightRows: (o) => core.weightRows(x, x, o),
  linearAttention: (o) => core.linearAttention(x, x, x, o),
  merge: (o) => core.merge([{ output: x, logSumExp: zeros([1, 1, 2]) }], o),
  multiHeadAttention: (o) => heads.multiHeadAttention(weights, zeros([1, 2, 2]), o),
  randomWeights: (o) => heads.randomWeights(tensors.randomGenerator(1), o),
  tensorScatter: (o) => heads.tensorScatter(x, x, undefined, o),
  crossAttentionCache: (o) => heads.crossAttentionCache(weights, zeros([1, 2, 2]), o),
  embed: (o) => embedding.embed(matrix, makeTensor(new Int32Array([0])), o),
  addPositions: (o) => embedding.addPositions(zeros([1, 2, 2]), matrix, o),
  applyRotary: (o) => embedding.applyRotary(x, rotary, o),
  rotaryTables: (o) => embedding.rotaryTables(o),
  rotaryFrequencies: (o) => embedding.rotaryFrequencies(o),
  sinusoidalPositions: (o) => embedding.sinusoidalPositions(o),
  patches: (o) => embedding.patches(image, o),
  heatmap: (o) => inspection.heatmap(matrix, o),
  heatmapSvg: (o) => inspection.heatmapSvg(matrix, o),
  rollout: (o) => inspection.rollout([{ query: x, key: x }], o),
};

/** The messages for this argument; null where it is taken. */
function refusal(call: Call, given: unknown): string | null {
  try {
    call(given as never);
    return null;
  } catch (error) {
    return error instanceof Error && error.name !== "TypeError" ? error.message : "untyped";
  }
}

describe("options are an object with known names", () => {
  test.each(Object.entries(functions))("%s", (_, call) => {
    for (const given of [[2, 3], 7, "causal", null, new Float32Array(2), () => 0])
      expect(refusal(call, given)).toMatch(/expected options \{|expected past|must be/);
    expect(refusal(call, { noSuchOption: 1 })).toContain('there is no option "noSuchOption"');
  });
});

test("what people write elsewhere is answered with what to write here", () => {
  const causal = { causal: true } as never;
  expect(() => core.attention(x, x, x, causal)).toThrow('there is no option "causal". Write mask: causal()');
  expect(() => core.attention(x, x, x, { returns: { logSumExps: true } as never })).toThrow(
    'Did you mean "logSumExp"?',
  );
  expect(() => core.attention(x, x, x, { tables: { masks: {} } as never })).toThrow('Did you mean "mask"?');
  expect(() => makeTensor([1, 2, 3, 4, 5, 6], [2, 3] as never)).toThrow("Write tensor(values, { shape: [2, 3] }).");
});
