import { syncBuiltinESMExports } from 'node:module';
import zlib from 'node:zlib';

/** Many times what WhatsApp sends to a client that takes no history. */
const MAX_BYTES = 16 << 20;

/**
 * A frame may be compressed, and Baileys inflates it without a bound: 16 MB on the wire become 16 GB. It takes hold of
 * `inflate` when it is loaded, so this module has to be imported before it.
 */
const unbounded = zlib.inflate;
const inflate = (data: zlib.InputType, ...rest: [zlib.ZlibOptions | Callback, Callback?]): void => {
  const [first, second] = rest;
  const options = typeof first === 'function' ? {} : first;
  const done = typeof first === 'function' ? first : second;
  if (done) unbounded(data, { maxOutputLength: MAX_BYTES, ...options }, done);
};
type Callback = (error: Error | null, result: NonSharedBuffer) => void;

Object.assign(zlib, { inflate });
syncBuiltinESMExports();
