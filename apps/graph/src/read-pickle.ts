import { UserError } from "@fovea/command-line";

/** What a pickle holds, as data: nothing in it is looked up, called or run. Lists and tuples are arrays, Python 2 strings keep one character a byte. */
export type PickleValue =
  null | boolean | number | string | PickleValue[] | Map<PickleValue, PickleValue> | PickleName | PickleObject;

/** A class or function by its name. */
class PickleName {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** What calling `type` with `args` would have made, and what was to be done with it. */
export class PickleObject {
  readonly type: string;
  readonly args: readonly PickleValue[];
  /** The argument of `__setstate__`. */
  state: PickleValue = null;
  /** Set by key, as in a defaultdict. */
  readonly items: Map<PickleValue, PickleValue> = new Map();

  constructor(type: string, args: readonly PickleValue[]) {
    this.type = type;
    this.args = args;
  }
}

/** Reads a pickle of protocol 2, as Python 2 wrote scipy's and numpy's arrays. Each of its opcodes makes at most one small value of its own, so memory
 *  follows the file's size whatever its contents claim.
 *  @param names the classes and functions that may be named
 *  @throws {UserError} when the file is cut short, names another class or is no such pickle
 *  @see https://github.com/python/cpython/blob/main/Lib/pickletools.py */
export function readPickle(file: string, bytes: Uint8Array, names: ReadonlySet<string>): PickleValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;
  const damaged = (what: string): UserError =>
    new UserError(`${file} is damaged at byte ${offset}: ${what}. Get it again.`);
  const take = (count: number): number => {
    if (count < 0 || count > bytes.length - offset) {
      throw damaged(`expected ${count} more bytes, got ${bytes.length - offset}`);
    }
    offset += count;
    return offset - count;
  };
  const u8 = (): number => bytes[take(1)];
  const i32 = (): number => view.getInt32(take(4), true);
  const latin1 = (from: number, to: number): string => Buffer.from(bytes.subarray(from, to)).toString("latin1");
  const text = (length: number): string => latin1(take(length), offset);
  const line = (): string => {
    const end = bytes.indexOf(newline, offset);
    const start = take((end < 0 ? bytes.length + 1 : end + 1) - offset);
    return latin1(start, offset - 1);
  };

  let stack: PickleValue[] = [];
  /** Stacks below the marks that have not been taken up. */
  const below: PickleValue[][] = [];
  const memo = new Map<number, PickleValue>();

  const pop = (): PickleValue => {
    const value = stack.pop();
    if (value === undefined) throw damaged("it takes more values than it made");
    return value;
  };
  const top = (): PickleValue => {
    if (stack.length === 0) throw damaged("it takes more values than it made");
    return stack[stack.length - 1];
  };
  const popToMark = (): PickleValue[] => {
    const values = stack;
    const before = below.pop();
    if (!before) throw damaged("it takes values up to a mark that it did not set");
    stack = before;
    return values;
  };
  const popMany = (count: number): PickleValue[] => {
    if (stack.length < count) throw damaged("it takes more values than it made");
    return stack.splice(stack.length - count);
  };
  const remember = (index: number): void => void memo.set(index, top());
  const recall = (index: number): void => {
    const value = memo.get(index);
    if (value === undefined) throw damaged(`it recalls number ${index}, which it did not store`);
    stack.push(value);
  };
  const build = (): void => {
    const args = pop();
    const type = pop();
    if (!(type instanceof PickleName) || !Array.isArray(args)) throw damaged("it calls what is no name");
    stack.push(new PickleObject(type.name, args));
  };
  const append = (values: readonly PickleValue[]): void => {
    const list = top();
    if (!Array.isArray(list)) throw damaged("it appends to what is no list");
    for (const value of values) list.push(value);
  };

  /** By opcode. */
  const rules: Readonly<Record<string, () => void>> = {
    "\u0080": () => {
      const protocol = u8();
      if (protocol !== 2) throw damaged(`expected pickle protocol 2, got ${protocol}`);
    },
    c: () => {
      const name = `${line()}.${line()}`;
      if (!names.has(name)) throw damaged(`it names ${JSON.stringify(name.slice(0, 80))}, which has no place in it`);
      stack.push(new PickleName(name));
    },
    R: build,
    "\u0081": build,
    b: () => {
      const state = pop();
      const object = top();
      if (!(object instanceof PickleObject)) throw damaged("it gives a state to what is no object");
      object.state = state;
    },
    "(": () => {
      below.push(stack);
      stack = [];
    },
    t: () => {
      const values = popToMark();
      stack.push(values);
    },
    ")": () => void stack.push([]),
    "\u0085": () => void stack.push(popMany(1)),
    "\u0086": () => void stack.push(popMany(2)),
    "\u0087": () => void stack.push(popMany(3)),
    "]": () => void stack.push([]),
    a: () => append([pop()]),
    e: () => append(popToMark()),
    "}": () => void stack.push(new Map()),
    u: () => {
      const values = popToMark();
      const object = top();
      const items = object instanceof PickleObject ? object.items : object;
      if (!(items instanceof Map)) throw damaged("it sets items of what has none");
      for (let i = 0; i + 1 < values.length; i += 2) items.set(values[i], values[i + 1]);
    },
    q: () => remember(u8()),
    r: () => remember(view.getUint32(take(4), true)),
    h: () => recall(u8()),
    j: () => recall(view.getUint32(take(4), true)),
    N: () => void stack.push(null),
    "\u0088": () => void stack.push(true),
    "\u0089": () => void stack.push(false),
    K: () => void stack.push(u8()),
    M: () => void stack.push(view.getUint16(take(2), true)),
    J: () => void stack.push(i32()),
    U: () => void stack.push(text(u8())),
    T: () => void stack.push(text(i32())),
  };

  while (true) {
    const opcode = String.fromCharCode(u8());
    if (opcode === ".") return pop();
    if (!Object.hasOwn(rules, opcode)) {
      throw damaged(`opcode 0x${opcode.charCodeAt(0).toString(16)} is none that Cora's files need`);
    }
    rules[opcode]();
  }
}

const newline = 10;
