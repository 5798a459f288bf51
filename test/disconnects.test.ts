import { endLinks } from './support/end-links.ts';

// Fifty times in the long tests.
endLinks(2);
