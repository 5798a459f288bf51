/** Node's own are of 64 KiB. A small buffer costs 20 ns more with these. */
const SLAB_BYTES = 4 << 10;

/**
 * Node cuts small buffers from slabs that go only with the last of what was cut from them, and a link holds a few as long as
 * it lives: the keys of its login and of its connection, and what came in last. With Node's slabs each idle link kept 15 KB,
 * nearly all of it what the login had needed and the calls meanwhile.
 */
export function useSmallSlabs(): void {
  Buffer.poolSize = SLAB_BYTES;
}
