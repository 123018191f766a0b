// What a file is, by how it begins, whatever its name says.
export const READABLE = /^(\x89PNG|\xff\xd8\xff|RIFF....WEBP)/s; // by the server, and by the static page
export const TRANSPARENT = /^(\x89PNG|RIFF....WEBP|GIF8|\s*<|\xef\xbb\xbf)/s; // whose paper may not be there
export const HEIC = /^....ftyp(heic|heix|hevc|heim|mif1|msf1)/s; // which few browsers open

/** A file's first bytes, each as a character.
 * @param {Blob} file
 */
export async function startOf(file) {
  return String.fromCharCode(...new Uint8Array(await file.slice(0, 16).arrayBuffer()));
}
