import { endLinksOfService } from './support/end-links-of-service.ts';

endLinksOfService(3);
