/** Of the tests' own Postgres. No secret, but one that a scan of logs finds. */
export const POSTGRES_PASSWORD = 'canary-of-the-database';
