import { checkOptions, zeros, type Tensor } from "@fovea/tensor";
import { checkChoice } from "./check-choice.ts";
import { checkWhole } from "./check-whole.ts";
import { EmbeddingError } from "./embedding-error.ts";

export interface SinusoidalOptions {
  /** Rows: how many positions. */
  readonly positions: number;
  /** Columns, even. */
  readonly dim: number;
  /** Position of the first row, default 0. CTranslate2 counts from 1, fairseq from 2 (after its padding index). */
  readonly start?: number;
  /** Slowest timescale, default 10000. */
  readonly base?: number;
  /** Where the two waves of a frequency stand: `sin, cos, sin, cos, …` (default) or all sines, then all cosines. */
  readonly layout?: "interleaved" | "halves";
  /** Timescale i of n = dim / 2: `"vaswani"` (default) is `base^(i / n)`, which never reaches base;
   *  `"tensor2tensor"` is `base^(i / (n - 1))`, whose last is base (also fairseq, OpenNMT, CTranslate2). */
  readonly timescales?: "vaswani" | "tensor2tensor";
}

/** Fixed positions made of sine waves of geometrically spaced lengths, to be added to the vectors of the tokens.
 *  @returns float32 `[positions, dim]`
 *  @throws {EmbeddingError} when dim is odd or a size is no whole number
 *  @see Vaswani et al. 2017, section 3.5; tensor2tensor `get_timing_signal_1d` */
export function sinusoidalPositions(options: SinusoidalOptions): Tensor {
  checkOptions(
    "sinusoidalPositions",
    options,
    { positions: true, dim: true, start: true, base: true, layout: true, timescales: true },
    { required: true, Refuse: EmbeddingError },
  );
  const { positions, dim, start = 0, base = 10000, layout = "interleaved", timescales = "vaswani" } = options;
  checkWhole("sinusoidalPositions", "positions", positions, 1);
  checkWhole("sinusoidalPositions", "dim", dim, 2);
  checkChoice("sinusoidalPositions", "layout", layout, ["interleaved", "halves"]);
  checkChoice("sinusoidalPositions", "timescales", timescales, ["vaswani", "tensor2tensor"]);
  if (dim % 2 !== 0)
    throw new EmbeddingError(
      `sinusoidalPositions: dim must be even, got ${dim}: each frequency has a sine and a cosine.`,
    );
  if (!Number.isFinite(start))
    throw new EmbeddingError(`sinusoidalPositions: start must be a finite number, got ${start}.`);
  if (!(base > 0)) throw new EmbeddingError(`sinusoidalPositions: base must be positive, got ${base}.`);

  const waves = dim / 2;
  const steps = timescales === "vaswani" ? waves : Math.max(waves - 1, 1);
  const table = zeros([positions, dim]);
  for (let wave = 0; wave < waves; wave++) {
    const timescale = base ** (wave / steps);
    const sine = layout === "interleaved" ? 2 * wave : wave;
    const cosine = layout === "interleaved" ? sine + 1 : wave + waves;
    for (let row = 0; row < positions; row++) {
      const angle = (start + row) / timescale;
      table.data[row * dim + sine] = Math.sin(angle);
      table.data[row * dim + cosine] = Math.cos(angle);
    }
  }
  return table;
}
