import { endLinksOfService } from './support/end-links-of-service.ts';

// More often in the long tests.
endLinksOfService(1);
