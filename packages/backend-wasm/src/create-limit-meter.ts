import { FunctionBody, ModuleBuilder } from "@fovea/wasm-assembler";
import { emitMicrokernel, panelWidth } from "./products/microkernel.ts";
import { chooseSimd, type Simd } from "./vectors/simd.ts";

/** What this machine lets WebAssembly do on one thread, measured now: what kernels can be held against. */
export interface LimitMeter {
  /** The kernels' own microkernel on a 48 × 64 × 64 tile that stays in the first cache, billions of float operations a second.
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
const [height, depth, width] = [48, 64, 64];
const rows = { relaxed: 6, plain: 4 };
const [left, right, result] = [0, 65536, 131072];
/** Bytes a step of the reading loop takes: 8 vectors, each with a sum of its own so that loads do not wait for each other. */
const stepBytes = 128;
const pageBytes = 65536;

/** A meter for the limits of this machine. They change with the load on it: measure beside what is compared. */
export function createLimitMeter(options: LimitMeterOptions = {}): LimitMeter {
  const { readBytes = 256 * 1024 * 1024 } = options;
  const tilePages = 4;
  const multiply = instantiate(multiplyModule(chooseSimd(options)), tilePages);
  let read: ((bytes: number) => void) | null = null;
  return {
    microkernelGflops(milliseconds = 50) {
      const { calls, seconds } = repeat(() => multiply(100), milliseconds);
      return (calls * 100 * 2 * height * depth * width) / seconds / 1e9;
    },
    readGBs(milliseconds = 100) {
      const pages = Math.ceil(readBytes / pageBytes);
      if (!read) {
        read = instantiate(readModule(), pages, 1); // written once: pages never written may all be one page of zeros
      }
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

function multiplyModule(simd: Simd): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  const microRows = simd.relaxed ? rows.relaxed : rows.plain;
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
  const f = new FunctionBody(["i32"]);
  const times = f.parameter(0);
  const [time, row, column] = [f.local("i32"), f.local("i32"), f.local("i32")];
  f.assign(time, 0);
  f.forRange(time, times, 1, () => {
    f.assign(row, 0);
    f.forRange(row, height, microRows, () => {
      f.assign(column, 0);
      f.forRange(column, width, panels * panelWidth, () => {
        at(f, left, row, depth * 4);
        at(f, right, column, depth * 4);
        at(f, result, row, width * 4);
        f.address(column, 0, column, 3);
        f.op("i32.add");
        f.i32(depth);
        if (simd.wide) at(f, right + panelWidth * depth * 4, column, depth * 4);
        f.call(microkernel);
      });
    });
  });
  module.add(f, "run");
  return module.encode({ minimum: 1, maximum: 65536, shared: false });
}

/** base + index × bytes, for a constant base */
function at(f: FunctionBody, base: number, index: ReturnType<FunctionBody["local"]>, bytes: number): void {
  f.get(index);
  f.i32(bytes);
  f.op("i32.mul");
  f.i32(base);
  f.op("i32.add");
}

function readModule(): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  const f = new FunctionBody(["i32"]);
  const end = f.parameter(0);
  const address = f.local("i32");
  const sums = Array.from({ length: stepBytes / 16 }, () => f.local("v128"));
  f.assign(address, 0);
  f.forAddresses(address, end, stepBytes, () => {
    for (const [index, sum] of sums.entries()) {
      f.get(address);
      f.memory("v128.load", index * 16);
      f.get(sum);
      f.op("v128.xor");
      f.set(sum);
    }
  });
  // stored, so that no load is without use
  for (const [index, sum] of sums.entries()) {
    f.i32(0);
    f.get(sum);
    f.memory("v128.store", index * 16);
  }
  module.add(f, "run");
  return module.encode({ minimum: 1, maximum: 65536, shared: false });
}

function instantiate(bytes: Uint8Array<ArrayBuffer>, pages: number, fill = 0.5): (argument: number) => void {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  new Float32Array(memory.buffer).fill(fill);
  const { run } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { fovea: { memory } }).exports;
  return run as (argument: number) => void;
}
