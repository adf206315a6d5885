/** Mel-frequency cepstral coefficients as textbooks have them, loop by loop: frames of 30 ms every 10 ms, faded by Hann's window, the magnitudes of
 *  their Fourier transform (512 points) in 80 triangles between 20 and 7600 Hz on the mel scale, their logarithms, and of the cosine transform
 *  of these the first 40.
 *  @param samples of 16 kHz
 *  @returns `[frames][coefficients]` */
export function textbookCoefficients(samples: Float32Array): number[][] {
  const [length, step, points, bands, kept] = [480, 160, 512, 80, 40];
  const frames = Math.floor((samples.length - length) / step) + 1;
  return Array.from({ length: frames }, (_, frame) => {
    const magnitudes: number[] = [];
    for (let bin = 0; bin <= points / 2; bin++) {
      let [real, imaginary] = [0, 0];
      for (let n = 0; n < length; n++) {
        const faded = samples[frame * step + n] * (0.5 - 0.5 * Math.cos((2 * Math.PI * n) / length));
        real += faded * Math.cos((2 * Math.PI * bin * n) / points);
        imaginary -= faded * Math.sin((2 * Math.PI * bin * n) / points);
      }
      magnitudes.push(Math.hypot(real, imaginary));
    }
    const logarithms = Array.from({ length: bands }, (_, band) => {
      const sum = magnitudes.reduce(
        (sum, value, bin) => sum + value * triangle(band, bands, (bin * 16_000) / points),
        0,
      );
      return Math.log(Math.max(sum, 1e-12));
    });
    return Array.from({ length: kept }, (_, row) =>
      logarithms.reduce(
        (sum, value, band) => sum + value * Math.sqrt(2 / bands) * Math.cos((Math.PI * row * (band + 0.5)) / bands),
        0,
      ),
    );
  });
}

const mel = (hertz: number): number => 1127 * Math.log(1 + hertz / 700);

/** How much a band takes of a frequency. */
function triangle(band: number, bands: number, hertz: number): number {
  const step = (mel(7600) - mel(20)) / (bands + 1);
  const middle = mel(20) + (band + 1) * step;
  return hertz === 0 ? 0 : Math.max(0, 1 - Math.abs(mel(hertz) - middle) / step);
}
