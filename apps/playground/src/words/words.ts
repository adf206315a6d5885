/** Everything that the page says, by language. The languages have the same keys, or do not compile. */
export interface Words {
  readonly tagline: string;
  readonly scoreTitle: string;
  readonly scoreHint: string;
  readonly maskTitle: string;
  readonly maskHint: string;
  readonly gallery: string;
  readonly normalizer: string;
  readonly tokens: string;
  readonly heads: string;
  readonly head: string;
  readonly seed: string;
  readonly show: string;
  readonly views: Readonly<Record<"mask" | "score" | "changed" | "weight", string>>;
  readonly zoomOut: string;
  readonly share: string;
  readonly copied: string;
  readonly pictureHelp: string;
  readonly query: string;
  readonly key: string;
  readonly blocks: (full: number, partial: number, empty: number) => string;
  readonly cell: (across: number, down: number) => string;
  readonly sampled: string;
  readonly explain: string;
  readonly explainHint: string;
  readonly dotProduct: string;
  readonly afterProgram: string;
  readonly masked: string;
  readonly weight: string;
  readonly rank: (rank: number, seen: number) => string;
  readonly dimension: string;
  readonly took: (milliseconds: number) => string;
  readonly badLink: string;
  readonly language: string;
  readonly take: string;
  readonly nothingSeen: string;
}

export const english: Words = {
  tagline: "A line of text changes how attention looks at things.",
  scoreTitle: "How a score changes",
  scoreHint: "score, head, query, key, queries, keys; tables slopes[head], document[token]",
  maskTitle: "Who may attend to whom",
  maskHint: "true where a query may see a key; empty: everybody",
  gallery: "Start from",
  normalizer: "Normalizer",
  tokens: "Tokens",
  heads: "Heads",
  head: "Head shown",
  seed: "Random seed",
  show: "Show",
  views: { mask: "mask", score: "scores before", changed: "scores after", weight: "weights" },
  zoomOut: "Whole picture",
  share: "Copy link",
  copied: "Link copied",
  pictureHelp: "Move with the arrow keys, zoom with + and −, or drag a rectangle.",
  query: "query",
  key: "key",
  blocks: (full, partial, empty) => {
    const share = (100 * empty) / Math.max(1, full + partial + empty);
    return `Blocks of 64 × 64: ${full} full, ${partial} partial, ${empty} empty. A kernel skips ${share.toFixed(0)} %.`;
  },
  cell: (across, down) => `A cell is the largest of ${down} × ${across} pairs.`,
  sampled: "Some rows are left out until you zoom in.",
  explain: "One pair",
  explainHint: "Point at a cell.",
  dotProduct: "query · key / √16",
  afterProgram: "after the program",
  masked: "masked",
  weight: "weight",
  rank: (rank, seen) => `number ${rank} of the ${seen} keys that it sees`,
  dimension: "dimension",
  took: (milliseconds) => `${milliseconds.toFixed(0)} ms`,
  badLink: "The link was not followed.",
  language: "中文",
  take: "As TypeScript",
  nothingSeen: "No pair is visible here.",
};

export const chinese: Words = {
  tagline: "一行文字，改变注意力看待事物的方式。",
  scoreTitle: "分数如何变化",
  scoreHint: "score、head、query、key、queries、keys；表 slopes[head]、document[token]",
  maskTitle: "谁可以看见谁",
  maskHint: "查询可以看见键时为 true；留空：全部可见",
  gallery: "从这里开始",
  normalizer: "归一化",
  tokens: "词元数",
  heads: "头数",
  head: "显示的头",
  seed: "随机种子",
  show: "显示",
  views: { mask: "掩码", score: "改变前的分数", changed: "改变后的分数", weight: "权重" },
  zoomOut: "整幅图",
  share: "复制链接",
  copied: "链接已复制",
  pictureHelp: "方向键移动，+ 和 − 缩放，或拖出一个矩形。",
  query: "查询",
  key: "键",
  blocks: (full, partial, empty) => {
    const share = (100 * empty) / Math.max(1, full + partial + empty);
    return `64 × 64 的块：${full} 个全可见，${partial} 个部分可见，${empty} 个为空。内核跳过 ${share.toFixed(0)} %。`;
  },
  cell: (across, down) => `每格是 ${down} × ${across} 对中的最大值。`,
  sampled: "放大之前省略了一些行。",
  explain: "一对词元",
  explainHint: "指向一个格子。",
  dotProduct: "查询 · 键 / √16",
  afterProgram: "经过程序之后",
  masked: "被掩码遮住",
  weight: "权重",
  rank: (rank, seen) => `在它看见的 ${seen} 个键中排第 ${rank}`,
  dimension: "维度",
  took: (milliseconds) => `${milliseconds.toFixed(0)} 毫秒`,
  badLink: "没有按这个链接打开。",
  language: "English",
  take: "TypeScript 代码",
  nothingSeen: "这里没有可见的词元对。",
};
