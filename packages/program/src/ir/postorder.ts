import type { Instruction } from "./program.ts";

/** The instructions that `roots` rest on, each after what it reads, in an order that depends only on what they compute:
 *  depth first, first argument first. */
export function postorder(instructions: readonly Instruction[], roots: readonly number[]): number[] {
  const order: number[] = [];
  const seen = new Set<number>();
  // a stack of our own: a chain may be as long as a program
  const stack = [...roots].reverse().map((position) => ({ position, next: 0 }));
  while (stack.length > 0) {
    const top = stack[stack.length - 1];
    if (top.next === 0 && seen.has(top.position)) {
      stack.pop();
      continue;
    }
    seen.add(top.position);
    const instruction = instructions[top.position];
    const args = "args" in instruction ? instruction.args : [];
    if (top.next < args.length) {
      const arg = args[top.next++];
      if (!seen.has(arg)) stack.push({ position: arg, next: 0 });
    } else {
      order.push(top.position);
      stack.pop();
    }
  }
  return order;
}
