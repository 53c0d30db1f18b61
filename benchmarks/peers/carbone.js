// Carbone as a service of its own: a line of JSON in ({template, data, out}), a line out.
const carbone = require(require("path").join(__dirname, "install", "node_modules", "carbone"));
const fs = require("fs");
const readline = require("readline");

carbone.set({ factories: 1, startFactory: true, attempts: 1 });
readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const { template, data, out } = JSON.parse(line);
  const options = { convertTo: "pdf" }; // its open edition has no say in tags or PDF/A
  carbone.render(template, data, options, (error, pdf) => {
    if (!error) fs.writeFileSync(out, pdf);
    process.stdout.write(JSON.stringify({ error: error ? String(error) : null }) + "\n");
  });
});
process.stdin.on("end", () => process.exit(0));
