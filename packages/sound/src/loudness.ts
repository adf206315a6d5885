/** Root mean square of each stretch of sound, the last one as long as it is. */
export function loudness(samples: Float32Array, stretch: number): Float64Array {
  const levels = new Float64Array(Math.ceil(samples.length / stretch));
  for (let i = 0; i < levels.length; i++) {
    const part = samples.subarray(i * stretch, (i + 1) * stretch);
    let sum = 0;
    for (const sample of part) sum += sample * sample;
    levels[i] = Math.sqrt(sum / part.length);
  }
  return levels;
}

/** Below -66 dB of full scale nobody is heard: what 16 bits round to silence is hardly quieter. */
export const inaudible = 0.0005;

/** The level below which a stretch counts as a pause: a tenth of the loud ones (their 95th percentile), so that it follows how far away people
 *  stand. */
export function pauseLevel(levels: Float64Array): number {
  const sorted = levels.toSorted();
  return Math.max(inaudible, 0.1 * (sorted[Math.floor(0.95 * sorted.length)] ?? 0));
}
