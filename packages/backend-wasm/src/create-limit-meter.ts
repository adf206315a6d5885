import { FunctionBody, i32, ModuleBuilder, v128, type Value } from "@fovea/wasm-assembler";
import { emitMicrokernel, microRowsOf, panelWidth } from "./products/microkernel.ts";
import { chooseSimd, type Simd } from "./vectors/simd.ts";

/** What this machine lets WebAssembly do on one thread, measured now: what kernels can be held against. */
export interface LimitMeter {
  /** The kernels' own microkernel on a tile of 48 × 64 × 64 (45 without fused multiply-adds, which take five rows at a time) that stays in the first cache, billions of float operations a second.
   *  @param milliseconds how long to measure, about */
  microkernelGflops(milliseconds?: number): number;
  /** A SIMD loop over more memory than caches hold, billions of bytes a second.
   *  @param milliseconds how long to measure, about; at least one pass */
  readGBs(milliseconds?: number): number;
}

export interface LimitMeterOptions {
  /** As in `WasmBackendOptions`; default: where the engine has it. */
  readonly relaxedSimd?: boolean;
  /** As in `WasmBackendOptions`; default: whether they are enabled. */
  readonly wideVectors?: boolean;
  /** Memory that one reading pass goes through; default 256 MiB, allocated at the first reading. */
  readonly readBytes?: number;
}

/** Left operand 48 × 64, right operand 64 × 64 in panels of 8, result 48 × 64: 40 KiB together. */
const [depth, width] = [64, 64];
/** 48 rows, or as many fewer as make whole groups of the microkernel's. */
const heightOf = (simd: Simd): number => 48 - (48 % microRowsOf(simd));
const [left, right, result] = [0, 65536, 131072];
/** Bytes a step of the reading loop takes: 8 vectors, each with a sum of its own so that loads do not wait for each other. */
const stepBytes = 128;
const pageBytes = 65536;

/** A meter for the limits of this machine. They change with the load on it: measure beside what is compared. */
export function createLimitMeter(options: LimitMeterOptions = {}): LimitMeter {
  const { readBytes = 256 * 1024 * 1024 } = options;
  const tilePages = 4;
  const simd = chooseSimd(options);
  const multiply = instantiate(multiplyModule(simd), tilePages);
  let read: ((bytes: number) => void) | null = null;
  return {
    microkernelGflops(milliseconds = 50) {
      const { calls, seconds } = repeat(() => multiply(100), milliseconds);
      return (calls * 100 * 2 * heightOf(simd) * depth * width) / seconds / 1e9;
    },
    readGBs(milliseconds = 100) {
      const pages = Math.ceil(readBytes / pageBytes);
      if (!read) read = instantiate(readModule(), pages, 1);
      const whole = read;
      const { calls, seconds } = repeat(() => whole(pages * pageBytes), milliseconds);
      return (calls * pages * pageBytes) / seconds / 1e9;
    },
  };
}

function repeat(run: () => void, milliseconds: number): { calls: number; seconds: number } {
  run();
  const start = performance.now();
  let calls = 0;
  let now = start;
  do {
    run();
    calls += 1;
    now = performance.now();
  } while (now - start < milliseconds);
  return { calls, seconds: (now - start) / 1000 };
}

/** base + index × bytes */
const at = (base: number, index: Value, bytes: number): Value => i32.add(i32.mul(index, bytes), base);

function multiplyModule(simd: Simd): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  const microRows = microRowsOf(simd);
  const panels = simd.wide ? 2 : 1;
  const shape = {
    rows: microRows,
    panels,
    leftStride: depth * 4,
    resultStride: width * 4,
    accumulate: false,
    simd,
  } as const;
  const microkernel = module.add(emitMicrokernel(shape));
  const f = new FunctionBody();
  const { times } = f.parameters({ times: "i32" });
  const [time, row, column] = f.locals("i32", 3);
  f.set(time, 0);
  f.forRange(time, times, 1, () => {
    f.set(row, 0);
    f.forRange(row, heightOf(simd), microRows, () => {
      f.set(column, 0);
      f.forRange(column, width, panels * panelWidth, () => {
        const operands = [at(left, row, depth * 4), at(right, column, depth * 4)];
        const target = i32.add(at(result, row, width * 4), i32.mul(column, 4));
        const next = simd.wide ? [at(right + panelWidth * depth * 4, column, depth * 4)] : [];
        f.call(microkernel, ...operands, target, depth, ...next);
      });
    });
  });
  module.add(f, "run");
  return module.encode({ minimum: 1, maximum: 65536, shared: false });
}

function readModule(): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  const f = new FunctionBody();
  const { end } = f.parameters({ end: "i32" });
  const at = f.local("i32");
  const sums = f.locals("v128", stepBytes / 16);
  f.set(at, 0);
  f.forAddresses(at, end, stepBytes, () => {
    for (const [index, sum] of sums.entries()) f.set(sum, v128.xor(v128.load(at, index * 16), sum));
  });
  // stored, so that no load is without use
  for (const [index, sum] of sums.entries()) f.emit(v128.store(0, sum, index * 16));
  module.add(f, "run");
  return module.encode({ minimum: 1, maximum: 65536, shared: false });
}

function instantiate(bytes: Uint8Array<ArrayBuffer>, pages: number, fill = 0.5): (argument: number) => void {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  new Float32Array(memory.buffer).fill(fill);
  const { run } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { fovea: { memory } }).exports;
  return run as (argument: number) => void;
}
