import { ByteWriter } from "./byte-writer.ts";
import { type Opcode, opcodes, type ValueType, valueTypes } from "./opcodes.ts";

/** Writes a WebAssembly module byte by byte: the sections a kernel needs and nothing else (WebAssembly 3.0, chapter 5). */

/** Each instruction's own bytes: its code, or a prefix and its code as LEB128. */
const encodings = Object.fromEntries(
  Object.entries(opcodes).map(([name, [first, second]]: [string, readonly [number, number?]]) => {
    const writer = new ByteWriter();
    writer.byte(first);
    if (second !== undefined) writer.unsigned(second);
    return [name, writer.written()];
  }),
) as Readonly<Record<Opcode, Uint8Array>>;

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
  readonly #code = new ByteWriter();

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

  /** An instruction, and immediates of one byte each. */
  op(opcode: Opcode, ...immediates: readonly number[]): void {
    this.#code.bytes(encodings[opcode]);
    for (const immediate of immediates) this.#code.byte(immediate);
  }

  #withIndex(opcode: Opcode, index: number): void {
    this.#code.bytes(encodings[opcode]);
    this.#code.unsigned(index);
  }

  get(local: Local): void {
    this.#withIndex("local.get", local.index);
  }

  set(local: Local): void {
    this.#withIndex("local.set", local.index);
  }

  tee(local: Local): void {
    this.#withIndex("local.tee", local.index);
  }

  i32(value: number): void {
    this.#code.bytes(encodings["i32.const"]);
    this.#code.signed(value);
  }

  f32(value: number): void {
    this.#code.bytes(encodings["f32.const"]);
    this.#code.float32(value);
  }

  /** Four equal floats. */
  f32x4(value: number): void {
    this.#code.bytes(encodings["v128.const"]);
    for (let lane = 0; lane < 4; lane++) this.#code.float32(value);
  }

  /** Two equal float64. */
  f64x2(value: number): void {
    this.#code.bytes(encodings["v128.const"]);
    for (let lane = 0; lane < 2; lane++) this.#code.float64(value);
  }

  /** Four ints. */
  i32x4(a: number, b: number = a, c: number = a, d: number = a): void {
    this.#code.bytes(encodings["v128.const"]);
    for (const lane of [a, b, c, d]) this.#code.int32(lane);
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
    this.op(opcode, 0);
    this.#code.unsigned(offset);
  }

  lane(opcode: Opcode, lane: number): void {
    this.op(opcode, lane);
  }

  /** Four lanes of the two vectors on the stack: 0 to 3 are the first one's, 4 to 7 the second's. */
  shuffle(lanes: readonly number[]): void {
    this.op("i8x16.shuffle", ...lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte)));
  }

  /** A load or store of one lane; address and vector are on the stack. */
  memoryLane(opcode: Opcode, offset: number, lane: number): void {
    this.op(opcode, 0);
    this.#code.unsigned(offset);
    this.#code.byte(lane);
  }

  call(index: number): void {
    this.#withIndex("call", index);
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

  /** Repeats `body` for `counter` from its present value while it is below `limit` (checked first), both signed: for counts, where a limit may lie
   *  below 0. */
  forRange(counter: Local, limit: Local | number, step: number, body: () => void): void {
    const pushLimit = (): void => (typeof limit === "number" ? this.i32(limit) : this.get(limit));
    this.#repeat("i32.lt_s", counter, pushLimit, step, body);
  }

  /** Repeats `body` for `address` from its present value while it is below `end` (checked first), both unsigned: memory goes up to 4 GiB.
   *  @param step bytes added after each round; 0 where `body` moves the address itself */
  forAddresses(address: Local, end: Local, step: number, body: () => void): void {
    this.#repeat("i32.lt_u", address, () => this.get(end), step, body);
  }

  #repeat(below: Opcode, counter: Local, pushLimit: () => void, step: number, body: () => void): void {
    this.get(counter);
    pushLimit();
    this.op(below);
    this.if(() => {
      this.op("loop", 0x40);
      body();
      this.get(counter);
      this.i32(step);
      this.op("i32.add");
      this.tee(counter);
      pushLimit();
      this.op(below);
      this.op("br_if", 0);
      this.op("end");
    });
  }

  /** Appends the function as an entry of the code section. */
  encode(writer: ByteWriter): void {
    writer.sized((body) => {
      body.unsigned(this.#locals.length);
      for (const type of this.#locals) {
        body.byte(1);
        body.byte(valueTypes[type]);
      }
      body.bytes(this.#code.written());
      body.byte(0x0b);
    });
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
    const module = new ByteWriter();
    module.bytes([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    const section = <T>(id: number, items: readonly T[], write: (content: ByteWriter, item: T) => void): void => {
      module.byte(id);
      module.sized((content) => {
        content.unsigned(items.length);
        for (const item of items) write(content, item);
      });
    };
    section(1, this.#functions, (content, { parameters, results }) => {
      content.byte(0x60);
      writeTypes(content, parameters);
      writeTypes(content, results);
    });
    section(2, [memory], (content, { minimum, maximum, shared }) => {
      writeName(content, "fovea");
      writeName(content, "memory");
      content.byte(2);
      content.byte(shared ? 3 : 1);
      content.unsigned(minimum);
      content.unsigned(maximum);
    });
    section(3, [...this.#functions.keys()], (content, index) => content.unsigned(index));
    section(7, this.#exports, (content, exported) => {
      writeName(content, exported.name);
      content.byte(0);
      content.unsigned(exported.index);
    });
    section(10, this.#functions, (content, body) => body.encode(content));
    return module.written().slice();
  }
}

function writeName(writer: ByteWriter, text: string): void {
  writer.unsigned(text.length);
  for (let index = 0; index < text.length; index++) writer.byte(text.charCodeAt(index));
}

function writeTypes(writer: ByteWriter, types: readonly ValueType[]): void {
  writer.unsigned(types.length);
  for (const type of types) writer.byte(valueTypes[type]);
}
