import { endLinks } from './support/end-links.ts';

endLinks(50);
