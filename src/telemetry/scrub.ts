/**
 * Takes secrets out of one line of JSON, whatever put them there: the last fence, behind not logging them at all. It
 * works on the finished line, so that no depth of nesting, error message or stack gets around it, and keeps it JSON.
 */
export const scrub = (line: string): string => (HINT.test(line) || mayHoldKey(line) ? scrubHinted(line) : line);

const scrubHinted = (line: string): string =>
  line.replace(BYTES, '"[bytes]"').replace(STRING_OR_NUMBER, (part, key?: string, text?: string, number?: string) => {
    if (key !== undefined) return `${key}"[redacted]"`;
    if (text !== undefined) return scrubText(text);
    return number === undefined ? part : scrubNumber(number);
  });

/** Properties whose value never belongs into a log, however deep, when it is a string or a number. */
const SECRET_KEYS = [
  'authorization',
  'token',
  'accountToken',
  'encryptionKey',
  'password',
  'secret',
  'qr',
  'pairingCode',
  'phone',
  'phoneNumber',
  'pubKey',
  'public',
  'private',
  'privateKey',
  'publicKey',
  'advSecretKey',
  'cookie',
].join('|');

/** A Buffer or Uint8Array as JSON has it: `{"type":"Buffer","data":[…]}` or `{"0":…,"1":…}`. */
const BYTES = /\{"type":"Buffer","data":(?:\[[\d,]*\]|"[^"]*")\}|\{"0":\d{1,3}(?:,"\d+":\d{1,3})+\}/g;

/** In turn: a secret property up to its value, any other string, a long number. */
const STRING_OR_NUMBER = new RegExp(
  `("(?:${SECRET_KEYS})":)(?:"(?:[^"\\\\]|\\\\.)*"|-?\\d[\\d.eE+-]*)|("(?:[^"\\\\]|\\\\.)*")|(?<=[:,[])(\\d{10,})(?=[,}\\]])`,
  'gi',
);

/** Our tokens keep their id, which is public. */
const TOKEN = /\b(pvt[ai]_[0-9A-Za-z]{1,12})(?:_[0-9A-Za-z]*|[0-9A-Za-z]+)/g;
const BEARER = /\b(Bearer|Basic) +[^\s"\\]+/gi;
/** What WhatsApp's app reads from the screen: a link, or `2@<ref>,<key>,<key>,<secret>`. */
const QR = /https?:\/\/wa\.me\/[^\s"\\]*|\b\d@[\w+/=-]{8,}[^\s"\\]*/g;
/** 32 bytes in base64 or hex. */
const KEY = /(?<![\w+/])[\w+/-]{43}=|(?<![\w+/-])[\w+/-]{43}(?![\w+/=-])|\b[0-9a-f]{64}\b/gi;
/** UUIDs are kept although they may hold long runs of digits. Those are phone numbers or JIDs otherwise. */
const UUID_OR_DIGITS =
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\d{7,}(?::\d+)?@|\d{8,}|\+\d(?:[ ().\-/]*\d){6,}/gi;

/** The shortest secret has 8 characters; with its quotes, 10. */
const SHORTEST = 10;
/** Whether any of the patterns above but `KEY` may match a string: most match none, and one test is cheaper. */
const SUSPICIOUS = /\d{7}|\d@|\+\d|pvt[ai]_|bearer|basic|wa\.me/i;

/** Whether anything but `KEY` may match a line: most lines match nothing, and one test is far cheaper. */
const HINT = new RegExp(`"(?:${SECRET_KEYS})":|"Buffer"|\\{"0":|${SUSPICIOUS.source}`, 'i');

/** The shortest run of `KEY_CHARACTERS` that may be a key. */
const KEY_LENGTH = 43;
/** By their codes. */
const KEY_CHARACTERS: readonly boolean[] = Array.from({ length: 128 }, (_, code) =>
  /[\w+/-]/.test(String.fromCharCode(code)),
);

/**
 * Whether `KEY` may match: each run as long as a key has a character at one of these places. A regular expression begins
 * at each place, and took a third of the time of a whole line.
 */
function mayHoldKey(text: string): boolean {
  const isInRun = (at: number): boolean => KEY_CHARACTERS[text.charCodeAt(at)] === true;
  for (let at = KEY_LENGTH - 1; at < text.length; at += KEY_LENGTH) {
    if (!isInRun(at)) continue;
    let [first, last] = [at, at];
    while (last - first < KEY_LENGTH && isInRun(first - 1)) first -= 1;
    while (last - first < KEY_LENGTH && isInRun(last + 1)) last += 1;
    if (last - first >= KEY_LENGTH - 1) return true;
  }
  return false;
}

const scrubText = (text: string): string =>
  text.length < SHORTEST || !(SUSPICIOUS.test(text) || mayHoldKey(text)) ? text : scrubSuspicious(text);

const scrubSuspicious = (text: string): string =>
  text
    .replace(TOKEN, '$1_[redacted]')
    .replace(BEARER, '$1 [redacted]')
    .replace(QR, '[qr]')
    .replace(KEY, '[key]')
    .replace(UUID_OR_DIGITS, (match) => {
      if (/^[0-9a-f]{8}-/i.test(match)) return match;
      return match.endsWith('@') ? '[number]@' : '[number]';
    });

/** A bare number of phone length becomes null, but for one that can only be a time of our days in milliseconds. */
const scrubNumber = (number: string): string => (/^1[5-9]\d{11}$/.test(number) ? number : 'null');
