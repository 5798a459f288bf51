/** As people write it in full. */
export const phoneNumberText = (digits: string): string => `+${digits}`;
