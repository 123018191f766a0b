// What a file is, by how it begins, whatever its name says.
export const READABLE = /^(\x89PNG|\xff\xd8\xff|RIFF....WEBP)/s; // by the server, and by the static page

export async function startOf(file) {
  return String.fromCharCode(...new Uint8Array(await file.slice(0, 16).arrayBuffer()));
}
