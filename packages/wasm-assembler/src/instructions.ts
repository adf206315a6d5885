import { ByteWriter } from "./byte-writer.ts";
import {
  laneOpcodes,
  letterTypes,
  type Letter,
  memoryLaneOpcodes,
  memoryOpcodes,
  type Opcode,
  otherOpcodes,
  plainOpcodes,
  type ValueType,
} from "./opcodes.ts";

/** An instruction as it is written and checked. */
export interface Instruction {
  readonly name: string;
  /** Its code, or a prefix and its code as LEB128. */
  readonly bytes: Uint8Array;
  readonly operands: readonly ValueType[];
  readonly result: ValueType | null;
}

const typesOf = (letters: string): ValueType[] => [...letters].map((letter) => letterTypes[letter as Letter]);

type Entry = readonly [bytes: readonly [number, number?], operands?: string, result?: string];

/** Every instruction by its name. Those of `otherOpcodes` are checked where they are written. */
export const instructions = Object.fromEntries<Instruction>(
  [plainOpcodes, memoryOpcodes, laneOpcodes, memoryLaneOpcodes, otherOpcodes]
    .flatMap((group) => Object.entries<Entry | Entry[0]>(group))
    .map(([name, entry]) => {
      const [[first, second], operands = "", result = ""] = (typeof entry[0] === "number" ? [entry] : entry) as Entry;
      const writer = new ByteWriter();
      writer.byte(first);
      if (second !== undefined) writer.unsigned(second);
      const [type = null] = typesOf(result);
      return [name, { name, bytes: writer.written(), operands: typesOf(operands), result: type }];
    }),
) as Readonly<Record<Opcode, Instruction>>;
