import { mergeConfig } from 'vitest/config';
import config from './vitest.config.ts';

/** What takes minutes and the whole machine: kills of the service by the hundred, a thousand instances at once. */
const long = mergeConfig(config, {});
const { projects: _both, ...test } = long.test ?? {};
long.test = { ...test, include: ['test/**/*.long.ts'], fileParallelism: false, isolate: true };

export default long;
