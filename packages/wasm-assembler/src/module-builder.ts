import { ByteWriter } from "./byte-writer.ts";
import type { FunctionBody } from "./function-body.ts";
import { type ValueType, valueTypes } from "./opcodes.ts";
import type { Callee } from "./instruction-writer.ts";

interface MemoryImport {
  readonly minimum: number;
  readonly maximum: number;
  readonly shared: boolean;
}

/** A function that a module finds in what it is instantiated with: `{ [module]: { [name]: … } }`. */
export interface FunctionImport {
  readonly module: string;
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly result: ValueType | null;
}

/** A module that imports its memory as `fovea.memory`, and functions where they are given, and exports functions: the sections a kernel needs and
 *  nothing else (WebAssembly 3.0, chapter 5). */
export class ModuleBuilder {
  /** The imported functions as others call them, in the order in which they were given. */
  readonly imports: readonly Callee[];
  readonly #imported: readonly FunctionImport[];
  readonly #functions: FunctionBody[] = [];
  readonly #exports: { name: string; index: number }[] = [];

  constructor(imports: readonly FunctionImport[] = []) {
    this.#imported = imports;
    this.imports = imports.map(({ parameters, result }, index) => ({ index, parameters, result }));
  }

  /** @returns the function as others call it */
  add(body: FunctionBody, exportName?: string): Callee {
    const index = this.#imported.length + this.#functions.push(body) - 1;
    if (exportName !== undefined) this.#exports.push({ name: exportName, index });
    return { index, parameters: body.parameterTypes, result: body.result };
  }

  /** @param memory pages of 64 KiB; `shared` when threads take part (the maximum must then be the memory's own) */
  encode(memory: MemoryImport): Uint8Array<ArrayBuffer> {
    const module = new ByteWriter();
    module.bytes([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    const section = <T>(id: number, items: readonly T[], write: (content: ByteWriter, item: T) => void): void => {
      module.byte(id);
      module.sized((content) => {
        content.unsigned(items.length);
        for (const item of items) write(content, item);
      });
    };
    const own = this.#functions.map(({ parameterTypes, result }) => ({ parameters: parameterTypes, result }));
    section(1, [...this.#imported, ...own], (content, { parameters, result }) => {
      content.byte(0x60);
      writeTypes(content, parameters);
      writeTypes(content, result === null ? [] : [result]);
    });
    section(2, [memory, ...this.#imported.entries()], (content, imported) => {
      if ("minimum" in imported) writeMemoryImport(content, imported);
      else writeFunctionImport(content, imported[1], imported[0]);
    });
    // every function has a type of its own, those of imported ones first
    section(3, [...own.keys()], (content, index) => content.unsigned(this.#imported.length + index));
    section(7, this.#exports, (content, exported) => {
      writeName(content, exported.name);
      content.byte(0);
      content.unsigned(exported.index);
    });
    section(10, this.#functions, (content, body) => body.encode(content));
    return module.written().slice();
  }
}

function writeMemoryImport(writer: ByteWriter, { minimum, maximum, shared }: MemoryImport): void {
  writeName(writer, "fovea");
  writeName(writer, "memory");
  writer.byte(2);
  writer.byte(shared ? 3 : 1);
  writer.unsigned(minimum);
  writer.unsigned(maximum);
}

/** @param type its position among the types */
function writeFunctionImport(writer: ByteWriter, { module, name }: FunctionImport, type: number): void {
  writeName(writer, module);
  writeName(writer, name);
  writer.byte(0);
  writer.unsigned(type);
}

function writeName(writer: ByteWriter, text: string): void {
  writer.unsigned(text.length);
  for (let index = 0; index < text.length; index++) writer.byte(text.charCodeAt(index));
}

function writeTypes(writer: ByteWriter, types: readonly ValueType[]): void {
  writer.unsigned(types.length);
  for (const type of types) writer.byte(valueTypes[type]);
}
