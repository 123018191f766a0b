// What document/page.js gives every script of the page.

/** A text by its key, in the reader's language; {name} in it stands for values.name. */
declare function T(key: string, values?: Record<string, string | number>): string;

/** What the server says of a file, in the reader's language. */
declare function translate(message: string): string;

/** What may fail, such as storage: its value, or null. */
declare function attempt<Value>(access: () => Value): Value | null;

interface Window {
  handedOver?: Record<string, File[]>;
  lastPicture?: () => Blob | Promise<Blob>;
  askAgainAt?: number;
}
