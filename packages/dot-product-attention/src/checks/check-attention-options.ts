import type { Operand } from "@fovea/block-operations";
import { checkOptions } from "@fovea/tensor";
import type { OptionNames } from "@fovea/tensor";
import { AttentionError } from "../attention-error.ts";
import type { AttentionOptions, TableOverrides } from "../options.ts";

/** Refuses names that there are not, in the options of attention and in those that lie within them.
 *  @throws {AttentionError} with what to write instead, for names that people know from elsewhere */
export function checkAttentionOptions<T extends Operand>(options: AttentionOptions<T>): void {
  checkOptions<AttentionOptions<T>>("attention", options, optionNames, advice);
  const { tables, past, returns } = options;
  checkOptions<TableOverrides<T>>("attention: tables", tables, tableNames, {
    example: "tables: { score: { slopes } }",
    Refuse: AttentionError,
  });
  checkOptions("attention: past", past ?? undefined, pastNames, { Refuse: AttentionError });
  checkOptions("attention: returns", returns, returnNames, {
    example: "returns: { logSumExp: true }",
    Refuse: AttentionError,
  });
}

const optionNames: OptionNames<AttentionOptions> = {
  score: true,
  mask: true,
  probability: true,
  scale: true,
  normalizer: true,
  sinks: true,
  tables: true,
  queryOffset: true,
  past: true,
  queryLengths: true,
  keyLengths: true,
  blockMask: true,
  returns: true,
  backend: true,
};

const tableNames: OptionNames<TableOverrides> = { score: true, mask: true, probability: true };
const pastNames: OptionNames<NonNullable<AttentionOptions["past"]>> = { key: true, value: true };
const returnNames: OptionNames<NonNullable<AttentionOptions["returns"]>> = {
  logSumExp: true,
  rowMaximum: true,
  rowTotal: true,
};

const causal = "mask: causal(), from @fovea/masking";
const padding = "keyLengths, or mask: padding(lengths) from @fovea/masking";
const bias = 'score: ({ score, query, key, table }) => score.add(table("bias", values).at(query, key))';
const dropout =
  "probability: ({ probability, random, select }) => select(random(seed).less(rate), 0, probability.divide(1 - rate))";
const window = "mask: slidingWindow({ lookback }), from @fovea/masking";

const advice = {
  example: "attention(query, key, value, { mask: causal() })",
  instead: {
    causal,
    isCausal: causal,
    is_causal: causal,
    useCausalMask: causal,
    attentionMask: "mask: a program that gives a bool, such as causal()",
    attnMask: "mask: a program that gives a bool, such as causal()",
    attn_mask: "mask: a program that gives a bool, such as causal()",
    padding,
    keyPaddingMask: padding,
    bias,
    attentionBias: bias,
    dropout,
    dropoutP: dropout,
    window,
    windowSize: window,
    softcap: "score: softCap(limit), from @fovea/scoring",
    softCap: "score: softCap(limit), from @fovea/scoring",
    alibi: "score: alibi({ heads }), from @fovea/scoring",
    heads: "query [batch, heads, queries, headDim]; weights and heads are of @fovea/multi-head-attention",
  },
  Refuse: AttentionError,
};
