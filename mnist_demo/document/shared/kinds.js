// What a file is, by how it begins, whatever its name says.
export const READABLE = /^(\x89PNG|\xff\xd8\xff|RIFF....WEBP)/s; // by the server, and by the static page
export const TRANSPARENT = /^(\x89PNG|RIFF....WEBP|GIF8|\s*<|\xef\xbb\xbf)/s; // whose paper may not be there
export const HEIC = /^....ftyp(heic|heix|hevc|heim|mif1|msf1)/s; // which few browsers open

/** A file's first bytes, each as a character; null where it cannot be opened: it is gone, or a folder.
 * @param {Blob} file
 */
export async function startOf(file) {
  const part = file.size ? file.slice(0, 16) : file; // a part of nothing is there even where the file is not
  const bytes = await part.arrayBuffer().catch(() => null);
  return bytes && String.fromCharCode(...new Uint8Array(bytes));
}

/** Whether a file may hold images of MNIST's.
 * @param {{ name: string }} file
 */
export function mayHoldImages({ name }) {
  return /\.(npy|npz|csv|gz)$|idx[13]-ubyte$/i.test(name);
}
