import jsQR from 'jsqr';
import type { Browser, Locator } from 'playwright-core';
import { expect } from 'vitest';

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** RGBA, a byte each, as a string of characters below 256. */
  readonly bytes: string;
}

/** A picture of the screen takes a busy machine more than a second. */
const LOOKS = { timeout: 15_000 };

/** A browser knows PNG. */
const pixelsOf = (png: Buffer): string => `(async () => {
  const binary = atob('${png.toString('base64')}');
  const image = await createImageBitmap(new Blob([Uint8Array.from(binary, (c) => c.charCodeAt(0))]));
  const { width, height } = image;
  const drawing = new OffscreenCanvas(width, height).getContext('2d');
  drawing.drawImage(image, 0, 0);
  const { data } = drawing.getImageData(0, 0, width, height);
  let bytes = '';
  for (let at = 0; at < data.length; at += 32768) bytes += String.fromCharCode(...data.subarray(at, at + 32768));
  return { width, height, bytes };
})()`;

/** What a phone's camera reads in front of the screen: as it is drawn, with the quiet zone that it has, and not inverted. */
export async function readQr(browser: Browser, drawn: Locator): Promise<string> {
  const blank = await browser.newPage();
  try {
    let text: string | undefined;
    await expect
      .poll(async () => {
        const { width, height, bytes } = await blank.evaluate<Pixels>(pixelsOf(await drawn.screenshot()));
        const pixels = Uint8ClampedArray.from(Buffer.from(bytes, 'latin1'));
        text = jsQR.default(pixels, width, height, { inversionAttempts: 'dontInvert' })?.data;
        return text;
      }, LOOKS)
      .toBeTruthy();
    return text ?? '';
  } finally {
    await blank.close();
  }
}
