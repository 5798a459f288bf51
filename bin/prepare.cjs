// After an install: builds the console, where what builds it was installed too.
'use strict';

const { execFileSync } = require('child_process');
const { existsSync } = require('fs');
const path = require('path');

const root = path.join(__dirname, '..');
if (existsSync(path.join(root, 'node_modules/vite'))) {
  execFileSync(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['run', '--silent', 'build'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
} else {
  process.stderr.write('Without the development packages the web console is not built; the service runs without it.\n');
}
