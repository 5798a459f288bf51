/** A number as it is written in the person's language: "1,000". */
export const numberText = (language: string, value: number): string => new Intl.NumberFormat(language).format(value);
