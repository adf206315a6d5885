/** Samples of 16 kHz that the model hears at once: a second. */
export const heardSamples = 16_000;
