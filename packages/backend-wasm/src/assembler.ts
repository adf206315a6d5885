import { type Opcode, opcodes, type ValueType, valueTypes } from "./opcodes.ts";

/** Writes a WebAssembly module byte by byte: the sections a kernel needs and nothing else (WebAssembly 3.0, chapter 5). */

const unsigned = (value: number): number[] => {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
};

const signed = (value: number): number[] => {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
      bytes.push(low);
      return bytes;
    }
    bytes.push(low | 0x80);
  }
};

const float32Bytes = (value: number): number[] => [...new Uint8Array(new Float32Array([value]).buffer)];
const name = (text: string): number[] => [...unsigned(text.length), ...[...text].map((c) => c.charCodeAt(0))];
// `concat` copies whole arrays; spreading them walks every byte, which took most of a kernel's making.
const join = (...parts: readonly (readonly number[])[]): number[] => ([] as number[]).concat(...parts);
const vector = (items: readonly (readonly number[])[]): number[] => join(unsigned(items.length), ...items);
const section = (id: number, content: readonly number[]): number[] => join([id], unsigned(content.length), content);

/** A local variable or parameter of a function under construction. */
export interface Local {
  readonly index: number;
  readonly type: ValueType;
}

/** The body of one function. Every method appends instructions and returns nothing; operands lie on the WebAssembly stack. */
export class FunctionBody {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly #locals: ValueType[] = [];
  readonly #free = new Map<ValueType, Local[]>();
  #bytes: number[] = [];

  constructor(parameters: readonly ValueType[], results: readonly ValueType[] = []) {
    this.parameters = parameters;
    this.results = results;
  }

  parameter(index: number): Local {
    return { index, type: this.parameters[index] };
  }

  /** A local that nobody else uses until it is released. */
  local(type: ValueType): Local {
    const reused = this.#free.get(type)?.pop();
    if (reused) return reused;
    this.#locals.push(type);
    return { index: this.parameters.length + this.#locals.length - 1, type };
  }

  release(...locals: readonly Local[]): void {
    for (const local of locals) {
      const free = this.#free.get(local.type) ?? [];
      free.push(local);
      this.#free.set(local.type, free);
    }
  }

  /** An instruction without immediates. */
  op(opcode: Opcode, ...immediates: readonly number[]): void {
    const [first, second] = opcodes[opcode] as readonly [number, number?];
    this.#bytes.push(first);
    if (second !== undefined) for (const byte of unsigned(second)) this.#bytes.push(byte);
    for (const immediate of immediates) this.#bytes.push(immediate);
  }

  get(local: Local): void {
    this.op("local.get", ...unsigned(local.index));
  }

  set(local: Local): void {
    this.op("local.set", ...unsigned(local.index));
  }

  tee(local: Local): void {
    this.op("local.tee", ...unsigned(local.index));
  }

  i32(value: number): void {
    this.op("i32.const", ...signed(value));
  }

  f32(value: number): void {
    this.op("f32.const", ...float32Bytes(value));
  }

  /** Four equal floats. */
  f32x4(value: number): void {
    const bytes = float32Bytes(value);
    this.op("v128.const", ...bytes, ...bytes, ...bytes, ...bytes);
  }

  /** Two equal float64. */
  f64x2(value: number): void {
    const bytes = new Uint8Array(new Float64Array([value, value]).buffer);
    this.op("v128.const", ...bytes);
  }

  /** Four ints. */
  i32x4(a: number, b: number = a, c: number = a, d: number = a): void {
    this.op("v128.const", ...new Uint8Array(new Int32Array([a, b, c, d]).buffer));
  }

  /** `base + offset + index × bytes` */
  address(base: Local, offset: number, index?: Local, bytes: number = 1): void {
    this.get(base);
    if (offset !== 0) {
      this.i32(offset);
      this.op("i32.add");
    }
    if (index) {
      this.get(index);
      if (bytes !== 1) {
        this.i32(bytes);
        this.op("i32.mul");
      }
      this.op("i32.add");
    }
  }

  /** target += amount */
  increase(target: Local, amount: Local | number): void {
    this.get(target);
    if (typeof amount === "number") this.i32(amount);
    else this.get(amount);
    this.op("i32.add");
    this.set(target);
  }

  /** target = value, for ints */
  assign(target: Local, value: number): void {
    this.i32(value);
    this.set(target);
  }

  /** The smaller of two ints on the stack, signed; needs both in locals. */
  smaller(a: Local, b: Local | number): void {
    const pushB = (): void => (typeof b === "number" ? this.i32(b) : this.get(b));
    this.get(a);
    pushB();
    this.get(a);
    pushB();
    this.op("i32.lt_s");
    this.op("select");
  }

  /** Four equal floats from the f32 on the stack. */
  splat(): void {
    this.op("f32x4.splat");
  }

  /** A load or store; the address is on the stack, `offset` bytes are added to it. */
  memory(opcode: Opcode, offset: number = 0): void {
    this.op(opcode, 0, ...unsigned(offset));
  }

  lane(opcode: Opcode, lane: number): void {
    this.op(opcode, lane);
  }

  /** A load or store of one lane; address and vector are on the stack. */
  memoryLane(opcode: Opcode, offset: number, lane: number): void {
    this.op(opcode, 0, ...unsigned(offset), lane);
  }

  call(index: number): void {
    this.op("call", ...unsigned(index));
  }

  block(body: () => void): void {
    this.op("block", 0x40);
    body();
    this.op("end");
  }

  if(then: () => void, otherwise?: () => void): void {
    this.op("if", 0x40);
    then();
    if (otherwise) {
      this.op("else");
      otherwise();
    }
    this.op("end");
  }

  /** Repeats `body` for `counter` from its present value while it is below `limit` (checked first). */
  forRange(counter: Local, limit: Local | number, step: number, body: () => void): void {
    const pushLimit = (): void => (typeof limit === "number" ? this.i32(limit) : this.get(limit));
    this.get(counter);
    pushLimit();
    this.op("i32.lt_s");
    this.if(() => {
      this.op("loop", 0x40);
      body();
      this.get(counter);
      this.i32(step);
      this.op("i32.add");
      this.tee(counter);
      pushLimit();
      this.op("i32.lt_s");
      this.op("br_if", 0);
      this.op("end");
    });
  }

  encode(): number[] {
    const locals = vector(this.#locals.map((type) => [1, valueTypes[type]]));
    const body = join(locals, this.#bytes, [0x0b]);
    return join(unsigned(body.length), body);
  }
}

/** A module that imports its memory as `fovea.memory` and exports functions. */
export class ModuleBuilder {
  readonly #functions: FunctionBody[] = [];
  readonly #exports: { name: string; index: number }[] = [];

  /** @returns the function's index, for `call` */
  add(body: FunctionBody, exportName?: string): number {
    const index = this.#functions.push(body) - 1;
    if (exportName !== undefined) this.#exports.push({ name: exportName, index });
    return index;
  }

  /** @param memory pages of 64 KiB; `shared` when threads take part (the maximum must then be the memory's own) */
  encode(memory: {
    readonly minimum: number;
    readonly maximum: number;
    readonly shared: boolean;
  }): Uint8Array<ArrayBuffer> {
    const types = this.#functions.map((f) => [
      0x60,
      ...vector(f.parameters.map((type) => [valueTypes[type]])),
      ...vector(f.results.map((type) => [valueTypes[type]])),
    ]);
    const limits = [memory.shared ? 3 : 1, ...unsigned(memory.minimum), ...unsigned(memory.maximum)];
    return new Uint8Array(
      join(
        [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
        section(1, vector(types)),
        section(2, vector([[...name("fovea"), ...name("memory"), 2, ...limits]])),
        section(3, vector(this.#functions.map((_, index) => unsigned(index)))),
        section(7, vector(this.#exports.map((e) => [...name(e.name), 0, ...unsigned(e.index)]))),
        section(10, vector(this.#functions.map((f) => f.encode()))),
      ),
    );
  }
}
