export { clock } from "./clock.ts";
export type { ClockOptions } from "./clock.ts";
export { inaudible, loudness, pauseLevel } from "./loudness.ts";
export { allSamples, openStream, openWavFile } from "./open-sound.ts";
export type { Sound } from "./open-sound.ts";
export { sampleRate } from "./resample.ts";
export { highestRate, lowestRate } from "./sample-format.ts";
export type { SampleFormat } from "./sample-format.ts";
