// Files shared out among requests, each of at most so many bytes; a larger file has one for itself.
export function parts(files, bytesMax) {
  const all = [[]];
  let bytes = 0;
  for (const file of files) {
    bytes += file.size;
    if (bytes > bytesMax && all.at(-1).length) [bytes] = [file.size, all.push([])];
    all.at(-1).push(file);
  }
  return all.filter((part) => part.length);
}
