/** Running means of each weight's gradient and of its square. */
export interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

export interface AdamSettings {
  readonly rate: number;
  /** Steps taken before this one. */
  readonly step: number;
  /** Share of a weight that is taken away at each step, times the rate. */
  readonly decay: number;
}

const [firstDecay, secondDecay, epsilon] = [0.9, 0.98, 1e-8];

/** One step of AdamW, in place. In plain loops rather than TensorFlow.js's optimizer, which rounds its powers of beta otherwise after loading: with
 *  it a run that goes on would not be the run that never stopped.
 *  @param scale factor on every gradient
 *  @see Kingma and Ba 2015, algorithm 1; Loshchilov and Hutter 2019, algorithm 2 */
export function adam(
  weights: Float32Array,
  gradient: Float32Array,
  { first, second }: Moments,
  scale: number,
  { rate, step, decay }: AdamSettings,
): void {
  const firstCorrection = 1 - firstDecay ** (step + 1);
  const secondCorrection = 1 - secondDecay ** (step + 1);
  for (let i = 0; i < weights.length; i++) {
    const slope = gradient[i] * scale;
    first[i] = firstDecay * first[i] + (1 - firstDecay) * slope;
    second[i] = secondDecay * second[i] + (1 - secondDecay) * slope * slope;
    const change = first[i] / firstCorrection / (Math.sqrt(second[i] / secondCorrection) + epsilon);
    weights[i] -= rate * (change + decay * weights[i]);
  }
}

/** Rises for a twentieth of the steps, then falls along half a cosine to a twentieth of the highest rate. */
export function rateAt(step: number, steps: number, highest: number): number {
  const warmUp = Math.max(1, Math.round(steps / 20));
  if (step < warmUp) return (highest * (step + 1)) / warmUp;
  const share = (step - warmUp) / Math.max(1, steps - warmUp);
  return highest * (0.05 + 0.95 * 0.5 * (1 + Math.cos(Math.PI * share)));
}
