/** The instance that was made a moment ago, and whose page shall show a QR code without being asked. */
let begun: string | undefined;

export const beginWith = (name: string): void => {
  begun = name;
};

/** True once: a page that is opened again does not link anew by itself. */
export function takeBegun(name: string): boolean {
  const isIt = begun === name;
  begun = undefined;
  return isIt;
}
