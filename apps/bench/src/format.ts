import type { Limits, Machine, Result } from "./result.ts";

const digits = (value: number, significant = 3): string =>
  value >= 10 ** significant
    ? Math.round(value).toLocaleString("en-US")
    : String(Number(value.toPrecision(significant)));

/** What one thread can do on this machine. */
export function readableLimits({ microkernelGflops, nativeGflops, readGBs }: Limits, { vectorBits }: Machine): string {
  const bits = vectorBits === null ? "" : `, vectors of ${vectorBits} bits`;
  return `One thread at best: microkernel ${microkernelGflops.toFixed(1)} GFLOP/s, onnxruntime-node's matrix product ${nativeGflops.toFixed(1)} GFLOP/s (native code${bits}), reading ${readGBs.toFixed(1)} GB/s`;
}

/** "41.2 ± 0.8 ms" */
export const readableTime = ({ ms, spread }: Result): string =>
  ms === null ? "" : `${digits(ms)}${spread ? ` ± ${digits(spread, 2)}` : ""} ms`;

export const readableRate = ({ gflops }: Result): string => (gflops === null ? "" : digits(gflops));

export const readableShare = ({ ofLimit }: Result): string =>
  ofLimit === null ? "" : `${Math.round(ofLimit * 100)} %`;

export function readableBytes({ bytes }: Result): string {
  if (bytes === null) return "";
  return bytes < 1e6 ? `${digits(bytes / 1e3, 2)} kB` : `${digits(bytes / 1e6, 2)} MB`;
}

/** "5.1 × onnxruntime-web": how many times our time a rival takes. */
export const readableRatios = ({ ratios }: Result): string =>
  Object.entries(ratios)
    .map(([name, ratio]) => `${digits(ratio)} × ${name}`)
    .join(", ");

export const readableVerdict = ({ met }: Result): string => (met === null ? "" : met ? "yes" : "no");
