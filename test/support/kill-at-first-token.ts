/**
 * Loaded into a service by `--import`: before or after the first token is shown, as KILL_AT says, the process kills
 * itself, as kill -9 does.
 */
const write = process.stdout.write.bind(process.stdout);

const killAt = (side: 'before' | 'after'): void => {
  if (process.env['KILL_AT'] === side) process.kill(process.pid, 'SIGKILL');
};

process.stdout.write = (chunk: string | Uint8Array): boolean => {
  const isToken = String(chunk).includes('account token');
  if (isToken) killAt('before');
  const result = write(chunk);
  if (isToken) killAt('after');
  return result;
};
