import { mergeConfig } from 'vitest/config';
import config from './vitest.config.ts';

/** What takes minutes and the whole machine: kills of the service by the hundred, a thousand instances at once. */
const long = mergeConfig(config, {});
long.test = { ...long.test, include: ['test/**/*.long.ts'], fileParallelism: false };

export default long;
