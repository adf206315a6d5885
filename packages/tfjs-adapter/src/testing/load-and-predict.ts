// Run as a process of its own: loads the model saved in a folder, prints what it says, trains it one step.
const { readFileSync } = await import("node:fs");
const { join } = await import("node:path");
const { ready, setBackend, tensor, io, zeros } = await import("@tensorflow/tfjs");
const { loadLayersModel } = await import("@tensorflow/tfjs-layers");
await import("../layers.ts");

await setBackend("cpu");
await ready();
const folder = process.argv[2] as string;
const read = (name: string): Buffer => readFileSync(join(folder, name));
const weights = read("weights.bin");
const artifacts = JSON.parse(read("model.json").toString());
const weightData = weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength) as ArrayBuffer;
const net = await loadLayersModel(io.fromMemory({ ...artifacts, weightData }));
const { tokens, picture } = JSON.parse(read("inputs.json").toString());
const inputs = [tensor(tokens), tensor(picture, [1, 8, 8, 1])];
const output = net.predict(inputs);
if (Array.isArray(output)) throw new Error("one output was expected");
net.compile({ optimizer: "adam", loss: "meanSquaredError" });
const history = await net.fit(inputs, zeros(output.shape), { epochs: 3, verbose: 0 });
const losses = history.history.loss as number[];
console.log(JSON.stringify({ output: Array.from(output.dataSync()), trained: losses[2] < losses[0] }));
