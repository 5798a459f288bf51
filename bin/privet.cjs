#!/usr/bin/env node
'use strict';

require('./check-node.cjs');
// In this process, so that signals and the exit code are the service's own.
void import('../src/main.ts');
