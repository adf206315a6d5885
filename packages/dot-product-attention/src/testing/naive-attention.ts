/** Attention with every matrix written out, for tests only: nested arrays, JavaScript functions instead of programs, thresholds by bisection. */
export type Nested = readonly (readonly (readonly (readonly number[])[])[])[];
type Pair = (score: number, batch: number, head: number, query: number, key: number) => number;

export interface NaiveOptions {
  readonly score?: Pair;
  readonly mask?: (batch: number, head: number, query: number, key: number) => boolean;
  readonly probability?: Pair;
  readonly scale?: number;
  readonly normalizer?: string;
  readonly sinks?: readonly number[];
  readonly queryOffset?: number;
}

export interface NaiveResult {
  readonly output: number[][][][];
  readonly weights: number[][][][];
  readonly logSumExp: number[][][];
  readonly rowMaximum: number[][][];
}

export function naiveAttention(query: Nested, key: Nested, value: Nested, options: NaiveOptions = {}): NaiveResult {
  const { score, mask, probability, normalizer = "softmax", sinks, queryOffset = 0 } = options;
  const { scale = 1 / Math.sqrt(query[0][0][0].length) } = options;
  const group = query[0].length / key[0].length;
  const scores = query.map((heads, b) =>
    heads.map((rows, h) =>
      rows.map((q, i) =>
        key[b][Math.floor(h / group)].map((k, j) => {
          if (mask && !mask(b, h, i + queryOffset, j)) return -Infinity;
          const product = scale * sum(q.map((x, d) => x * k[d]));
          return score ? score(product, b, h, i + queryOffset, j) : product;
        }),
      ),
    ),
  );
  const weights = scores.map((heads, b) =>
    heads.map((rows, h) =>
      rows.map((row, i) => {
        const sink = normalizer === "softmaxPlusOne" ? 0 : (sinks?.[h] ?? -Infinity);
        return naiveNormalize(row, normalizer, sink).map((weight, j) =>
          row[j] === -Infinity ? 0 : probability ? probability(weight, b, h, i + queryOffset, j) : weight,
        );
      }),
    ),
  );
  return {
    output: weights.map((heads, b) =>
      heads.map((rows, h) =>
        rows.map((row) =>
          value[b][0][0].map((_, d) =>
            sum(row.map((weight, j) => (weight === 0 ? 0 : weight * value[b][Math.floor(h / group)][j][d]))),
          ),
        ),
      ),
    ),
    weights,
    logSumExp: scores.map((heads) =>
      heads.map((rows) => rows.map((row) => Math.log(sum(row.map((s) => Math.exp(s)))))),
    ),
    rowMaximum: scores.map((heads) => heads.map((rows) => rows.map((row) => Math.max(...row)))),
  };
}

function naiveNormalize(row: readonly number[], normalizer: string, sink: number): number[] {
  if (row.every((s) => s === -Infinity)) return row.map(() => 0);
  if (normalizer === "sigmoid") return row.map((s) => 1 / (1 + Math.exp(-s)));
  if (normalizer === "relu") return row.map((s) => Math.max(0, s));
  if (normalizer === "sparsemax") return bisect(row, (s, threshold) => Math.max(0, s - threshold));
  if (normalizer === "entmax15") return bisect(row, (s, threshold) => Math.max(0, s / 2 - threshold) ** 2);
  const total = Math.exp(sink) + sum(row.map((s) => Math.exp(s)));
  return row.map((s) => Math.exp(s) / total);
}

/** The threshold at which the weights sum to 1. */
function bisect(row: readonly number[], weigh: (score: number, threshold: number) => number): number[] {
  let low = Math.min(0, ...row.filter((s) => s > -Infinity)) - 2;
  let high = Math.max(...row) + 2;
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (sum(row.map((s) => weigh(s, middle))) > 1) low = middle;
    else high = middle;
  }
  return row.map((s) => weigh(s, low));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, x) => total + x, 0);
