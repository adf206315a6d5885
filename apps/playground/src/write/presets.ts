import type { Settings } from "../settings/settings.ts";

/** A known way to attend, as one would write it here. */
export interface Preset {
  readonly name: string;
  readonly meaning: { readonly en: string; readonly zh: string };
  readonly source: string;
  readonly chosen: Partial<Pick<Settings, "score" | "mask" | "normalizer">>;
}

export const presets: readonly Preset[] = [
  {
    name: "Causal",
    meaning: { en: "No token sees what comes after it.", zh: "看不见之后的词元。" },
    source: "Vaswani et al. 2017",
    chosen: { score: "", mask: "key <= query" },
  },
  {
    name: "ALiBi",
    meaning: {
      en: "The further away, the lower the score; each head by a slope of its own.",
      zh: "越远分数越低，每个头有自己的斜率。",
    },
    source: "Press et al. 2022",
    chosen: { score: "score - slopes[head] * (query - key)", mask: "key <= query" },
  },
  {
    name: "Sliding window",
    meaning: { en: "The last eight tokens only.", zh: "只看最近的八个词元。" },
    source: "Beltagy et al. 2020",
    chosen: { score: "", mask: "key <= query and query - key < 8" },
  },
  {
    name: "Window with sinks",
    meaning: { en: "A window, and the first four tokens always.", zh: "一个窗口，再加上最前面的四个词元。" },
    source: "Xiao et al. 2024 (StreamingLLM)",
    chosen: { score: "", mask: "key <= query and (query - key < 8 or key < 4)" },
  },
  {
    name: "Documents",
    meaning: { en: "Texts packed one after another do not see each other.", zh: "依次排列的文本互不可见。" },
    source: "Krell et al. 2021",
    chosen: { score: "", mask: "document[query] == document[key] and key <= query" },
  },
  {
    name: "Prefix",
    meaning: { en: "The first ten tokens see each other, the rest is causal.", zh: "前十个词元互相可见，其余为因果。" },
    source: "Raffel et al. 2020 (T5)",
    chosen: { score: "", mask: "key < 10 or key <= query" },
  },
  {
    name: "Dilated",
    meaning: { en: "Every third token of a wide window.", zh: "宽窗口中每隔三个看一个。" },
    source: "Child et al. 2019",
    chosen: { score: "", mask: "key <= query and query - key < 24 and (query - key) % 3 == 0" },
  },
  {
    name: "Soft cap",
    meaning: { en: "Scores level off at ± 2, so that no key takes all.", zh: "分数在 ±2 处趋平，没有键能独占。" },
    source: "Gemma 2, 2024",
    chosen: { score: "2 * tanh(score / 2)", mask: "key <= query" },
  },
  {
    name: "Sharper",
    meaning: {
      en: "Every score three times as large: attention settles on few keys.",
      zh: "分数乘以三：注意力集中在少数键上。",
    },
    source: "temperature 1/3",
    chosen: { score: "score * 3", mask: "" },
  },
  {
    name: "Head by head",
    meaning: { en: "Even heads look back, odd ones look ahead.", zh: "偶数头向后看，奇数头向前看。" },
    source: "a program of one's own",
    chosen: { score: "", mask: "head % 2 == 0 ? key <= query : key >= query" },
  },
];
