import test from 'ava';
import { inPieces } from '../../src/http/admin/exchange.ts';

test('others have their turn between two pieces of a long list', async (t) => {
  const list = Array.from({ length: 5_000 }, (_, nth) => ({ nth }));
  const pieces: Buffer[] = [];
  let hadTurn = false;
  for await (const piece of inPieces(list)) {
    if (pieces.length > 0) t.true(hadTurn, `before piece ${pieces.length}`);
    pieces.push(piece);
    hadTurn = false;
    setImmediate(() => (hadTurn = true));
  }
  t.true(pieces.length > 5);
  t.deepEqual(JSON.parse(Buffer.concat(pieces).toString()), list);
});
