// SPDX-License-Identifier: MIT
// One measured process of ONNX Runtime; compare.py starts it and says what the arguments and the answer are.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const [modules, model, input, height, width, threads, seconds, output] = process.argv.slice(2);
const ort = createRequire(path.join(path.resolve(modules), 'index.js'))('onnxruntime-node');

const session = await ort.InferenceSession.create(model, {
  graphOptimizationLevel: 'all',
  executionMode: 'sequential',
  intraOpNumThreads: Number(threads),
  interOpNumThreads: 1,
});
const bytes = fs.readFileSync(input);
const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
const pixels = new ort.Tensor('float32', values, [1, 3, Number(height), Number(width)]);

let result;
const times = [];
const begin = performance.now();
for (let run = -2; run < 5 || performance.now() - begin < 1000 * Number(seconds); ++run) {
  const start = performance.now();
  result = (await session.run({ [session.inputNames[0]]: pixels }))[session.outputNames[0]];
  if (run >= 0) times.push(performance.now() - start);
}
fs.writeFileSync(output, Buffer.from(result.data.buffer, result.data.byteOffset, result.data.byteLength));
const status = fs.readFileSync('/proc/self/status', 'utf8');
console.log(JSON.stringify({ times_ms: times, peak_rss_kb: Number(/VmHWM:\s+(\d+)/.exec(status)[1]) }));
