// Plain JavaScript for old Nodes to read: where this one can't run the service, it is said in one line instead of a stack.
'use strict';

const { engines } = require('../package.json');

/** What to say to a Node of this version; undefined where it will do. */
const refusal = (version) => {
  const needed = Number(/\d+/.exec(engines.node)[0]);
  if (Number.parseInt(version, 10) >= needed) return undefined;
  return `Privet needs Node.js ${needed} or later, not ${version}: "npm ci", with install scripts allowed, brings one along for "npm start" and "npx privet"`;
};

const line = refusal(process.versions.node);
if (line !== undefined) {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

module.exports = { refusal };
