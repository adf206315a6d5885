import { ByteWriter } from "./byte-writer.ts";
import type { FunctionBody } from "./function-body.ts";
import { type ValueType, valueTypes } from "./opcodes.ts";
import type { Callee } from "./instruction-writer.ts";

/** A module that imports its memory as `fovea.memory` and exports functions: the sections a kernel needs and nothing else
 *  (WebAssembly 3.0, chapter 5). */
export class ModuleBuilder {
  readonly #functions: FunctionBody[] = [];
  readonly #exports: { name: string; index: number }[] = [];

  /** @returns the function as others call it */
  add(body: FunctionBody, exportName?: string): Callee {
    const index = this.#functions.push(body) - 1;
    if (exportName !== undefined) this.#exports.push({ name: exportName, index });
    return { index, parameters: body.parameterTypes, result: body.result };
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
    section(1, this.#functions, (content, { parameterTypes, result }) => {
      content.byte(0x60);
      writeTypes(content, parameterTypes);
      writeTypes(content, result === null ? [] : [result]);
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
