const itemsPerPiece = 512;

/**
 * A document with long lists, as text in pieces: a profile of megabytes must not hold the loop while it is turned into text. `lists` are
 * fields of the document that `rest` does not have.
 */
export function* jsonPieces(
  rest: object,
  lists: Readonly<Record<string, Iterable<unknown>>>,
): Generator<string> {
  const head = JSON.stringify(rest).slice(0, -1);
  let separator = head === '{' ? '' : ',';
  yield head;
  for (const [name, items] of Object.entries(lists)) {
    yield `${separator}${JSON.stringify(name)}:[`;
    yield* listPieces(items);
    yield ']';
    separator = ',';
  }
  yield '}';
}

function* listPieces(items: Iterable<unknown>): Generator<string> {
  let piece: unknown[] = [];
  let separator = '';
  for (const item of items) {
    piece.push(item);
    if (piece.length < itemsPerPiece) continue;
    yield separator + JSON.stringify(piece).slice(1, -1);
    separator = ',';
    piece = [];
  }
  if (piece.length > 0) yield separator + JSON.stringify(piece).slice(1, -1);
}
