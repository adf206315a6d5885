import {
  referenceOperations,
  type BlockOperations,
  type LinearWeight,
  type Operand,
  type RowRange,
} from "@fovea/block-operations";
import { referenceBackend, type Backend, type Call } from "@fovea/dot-product-attention";
import { clone, isQuantized, type DType, type Tensor } from "@fovea/tensor";

/** An operand whose numbers are somewhere else: whoever asks for them is refused. */
export interface Later extends Operand {
  readonly data: never;
}

const insides = new WeakMap<object, Tensor>();

/** What a device would hold for an operand; plain tensors as they are. */
const inside = (operand: Operand): Tensor => insides.get(operand) ?? (operand as Tensor);

function hide(content: Tensor): Later {
  const operand = {
    get dtype(): DType {
      return inside(operand).dtype;
    },
    get shape(): readonly number[] {
      return inside(operand).shape;
    },
    get data(): never {
      throw new Error("somebody outside of the backend asked for numbers.");
    },
    ...(isQuantized(content) && { scales: hide(content.scales) }),
  };
  insides.set(operand, content);
  return operand;
}

const shown = <O extends object>(options: O): never =>
  Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, insides.get(value as object) ?? value]),
  ) as never;

const weightOf = (weight: LinearWeight<Later>): LinearWeight =>
  "values" in weight ? { values: inside(weight.values), scale: inside(weight.scale) } : inside(weight);

const shownCall = (call: Call<Later>): Call => {
  const [query, key, value] = [call.query, call.key, call.value].map(inside);
  return { ...call, query, key, value, tables: call.tables as never, sinks: call.sinks as never };
};

/** The reference backend as a device would be: its operands have no numbers, and reading them takes a tick. It records steps by doing again what it did,
 *  result by result. */
export function createLaterBackend(): Backend<Later> {
  /** What the step that is being recorded did so far. */
  let log: (() => void)[] | null = null;
  const effect = (work: () => void): void => {
    work();
    log?.push(work);
  };
  /** What must be so at a further run: rows that rotary and the like read may move, but not become more. */
  let checks: (() => boolean)[] = [];
  const ranges = new WeakMap<Later, RowRange>();
  const keepLength = (x: Later): void => {
    const range = ranges.get(x);
    if (!range) return;
    const rows = range.end - range.start;
    checks.push(() => range.end - range.start === rows);
  };
  const define = (compute: () => Tensor): Later => {
    const made = hide(compute());
    log?.push(() => insides.set(made, compute()));
    return made;
  };
  const reference = referenceOperations;

  const operations: BlockOperations<Later> = {
    linear: (x, weight, options = {}) => define(() => reference.linear(inside(x), weightOf(weight), shown(options))),
    prepareWeight: (weight) => ({
      weight: "values" in weight ? { values: hide(weight.values), scale: hide(weight.scale) } : hide(weight),
      dispose: () => {},
    }),
    matmul: (a, b, options) => define(() => reference.matmul(inside(a), inside(b), options)),
    layerNorm: (x, options = {}) => define(() => reference.layerNorm(inside(x), shown(options))),
    rmsNorm: (x, options = {}) => define(() => reference.rmsNorm(inside(x), shown(options))),
    rotary(x, tables, options) {
      keepLength(x);
      return define(() => reference.rotary(inside(x), shown(tables), options));
    },
    map: (x, rule) => define(() => reference.map(inside(x), rule)),
    add: (a, b) => define(() => reference.add(inside(a), inside(b))),
    multiply: (a, b) => define(() => reference.multiply(inside(a), inside(b))),
    meanRows: (x, lengths) => define(() => reference.meanRows(inside(x), lengths)),
    gatherRows: (table, ids) => define(() => reference.gatherRows(inside(table), ids)),
    copyRows: (source, target) => effect(() => reference.copyRows(inside(source), inside(target))),
    clear: (x) => effect(() => reference.clear(inside(x))),
    quantizeRows: (x) => ({
      multiples: define(() => reference.quantizeRows(inside(x)).multiples),
      scales: define(() => reference.quantizeRows(inside(x)).scales),
    }),
    quantized(multiples, scales) {
      const made = define(() => reference.quantized(inside(multiples), inside(scales)));
      const range = ranges.get(multiples);
      if (range) ranges.set(made, range);
      return made;
    },
    dequantizeRows(x) {
      keepLength(x);
      return define(() => reference.dequantizeRows(inside(x)));
    },
    reshape: (x, shape) => define(() => reference.reshape(inside(x), shape)),
    transpose: (x, axes) => define(() => reference.transpose(inside(x), axes)),
    slice: (x, ranges) => define(() => reference.slice(inside(x), ranges)),
    rowsOf(x, range) {
      const made = define(() => reference.rowsOf(inside(x), range));
      ranges.set(made, range);
      return made;
    },
    contiguous: (x) => define(() => reference.contiguous(inside(x))),
    scope: (body) => body(),
  };

  return {
    name: "later",
    blockSize: { query: 8, key: 8 },
    operations,
    place: (tensor) => hide(clone(tensor)),
    allocate: (shape, dtype) => hide(referenceBackend.allocate(shape, dtype)),
    read(operand) {
      const numbers = clone(inside(operand));
      return new Promise((resolve) => setTimeout(() => resolve(numbers)));
    },
    record(body) {
      const items: (() => void)[] = [];
      log = items;
      checks = [];
      try {
        const result = body();
        const mustHold = checks;
        return {
          result,
          run() {
            if (!mustHold.every((holds) => holds())) return false;
            for (const item of items) item();
            return true;
          },
          dispose: () => {},
        };
      } finally {
        log = null;
      }
    },
    compile(plan) {
      const kernel = referenceBackend.compile(plan);
      return {
        forward(call) {
          const first = kernel.forward(shownCall(call));
          const hidden = (part: Tensor | null): Later | null => part && hide(part);
          const output = hide(first.output);
          log?.push(() => {
            call.renew();
            insides.set(output, kernel.forward(shownCall(call)).output);
          });
          return {
            ...first,
            output,
            logSumExp: hidden(first.logSumExp),
            threshold: hidden(first.threshold),
            rowMaximum: hide(first.rowMaximum),
            rowTotal: hidden(first.rowTotal),
          };
        },
        backward() {
          throw new Error("the later backend goes forward only.");
        },
        dispose: () => kernel.dispose(),
      };
    },
    concatenateKeys: (parts) => define(() => referenceBackend.concatenateKeys(parts.map(inside))),
    sliceKeys: (operand, from, to) => define(() => referenceBackend.sliceKeys(inside(operand), from, to)),
    dispose: () => {},
  };
}
