import { mergeConfig } from 'vitest/config';
import config from '../../../vitest.config.ts';

/** `npm run screenshots`: with the service, the simulator and the browser of the tests. */
const screenshots = mergeConfig(config, {});
const { projects: _all, ...test } = screenshots.test ?? {};
screenshots.root = new URL('../../..', import.meta.url).pathname;
screenshots.test = { ...test, include: ['test/browser/screenshots/screenshots.ts'], retry: 0 };

export default screenshots;
