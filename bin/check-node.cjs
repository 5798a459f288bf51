// Plain JavaScript for old Nodes to read: where this one can't run what follows, or the packages for it are not there, it
// is said in one line instead of a stack.
'use strict';

const { existsSync } = require('fs');
const path = require('path');
const { dependencies, engines } = require('../package.json');

const isThere = (name) => module.paths.some((folder) => existsSync(path.join(folder, name)));

/** What is wrong with a Node of this version, and what to do; undefined where it will do. */
const refusal = (version) => {
  const needed = Number(/\d+/.exec(engines.node)[0]);
  if (Number.parseInt(version, 10) >= needed) return undefined;
  const wrong = `Privet needs Node.js ${needed} or later, not ${version}`;
  if (!isThere('node')) return `${wrong}: "npm ci" brings one along for "npm start", "npm run demo" and "npx privet"`;
  // As after an install with `--ignore-scripts`.
  if (!isThere('node/bin/node')) {
    return `${wrong}; its own is missing, because install scripts did not run: "npm rebuild node --ignore-scripts=false" brings it`;
  }
  return `${wrong}: "npm start", "npm run demo" and "npx privet" use its own, which is installed here`;
};

/** What to say about packages that are not there; undefined where all are. The package `node` is for old ones alone. */
const incomplete = () => {
  const missing = Object.keys(dependencies).find((name) => name !== 'node' && !isThere(name));
  return missing && `Privet's packages are not installed (there is no ${missing}): "npm ci" brings them`;
};

const line = refusal(process.versions.node) || incomplete();
if (line !== undefined) {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

module.exports = { refusal };
