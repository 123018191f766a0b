// Where the paper lies on the pad, [scale, x, y]: how large, and where its origin is. The paper has no edges.

// The place at which a part of the paper, [left, top, right, bottom], is seen whole and as large as can be.
export function fitted([left, top, right, bottom], width, height) {
  const scale = Math.min(width / (right - left), height / (bottom - top));
  return [scale, (width - scale * (left + right)) / 2, (height - scale * (top + bottom)) / 2];
}

export function onPaper([scale, left, top], [x, y]) {
  return [(x - left) / scale, (y - top) / scale];
}

export function onPad([scale, left, top], [x, y]) {
  return [x * scale + left, y * scale + top];
}

export function magnified(view, times) {
  return view.map((value) => value * times);
}
