// What the document's scripts give every other, and what the server answers.

/** A text by its key, in the reader's language; {name} in it stands for values.name. */
declare function T(key: string, values?: Record<string, string | number>): string;

/** What is wrong: its kind, the name of the file it is about if it is about one, and what the words for it name. */
interface Fault {
  kind: string;
  name?: string;
  [fact: string]: string | number | undefined;
}

/** How many bytes of files a request may have. */
declare const SENT_MAX: number;

/** A mark that was read: its label, null for one that is no sign of numbers, and its box in the picture's pixels. */
interface Digit {
  label: string | null;
  confidence: number;
  box: [left: number, top: number, right: number, bottom: number];
  probabilities: number[];
  /** 28 * 28 bytes as base64, ink = 255. */
  image: string;
}

interface Reading {
  text: string;
  digits: Digit[];
}

/** Returns the picture that was read, so many times as large if it is a drawing. */
type Picture = (times?: number) => Blob | null | Promise<Blob | null>;

interface Window {
  /** By tab, the files on their way to it. */
  handedOver?: Record<string, File[]>;
  lastPicture?: Picture;
}
