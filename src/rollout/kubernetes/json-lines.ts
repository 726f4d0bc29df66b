import { Failure } from '../../errors.ts';

/**
 * The values of a stream of JSON, one a line, as they come. What stands after the last line end is left out: whoever
 * sent it was cut off.
 * @throws Failure `corrupt` for a line that is no JSON; whatever `chunks` fails with
 */
export async function* jsonLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator {
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  for await (const chunk of chunks) {
    const [first = '', ...rest] = decoder.decode(chunk, { stream: true }).split('\n');
    pieces.push(first);
    for (const next of rest) {
      const line = pieces.join('');
      if (line.trim() !== '') yield parse(line);
      pieces = [next];
    }
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new Failure('corrupt', `A line is no JSON: ${line.slice(0, 80)}`, { cause });
  }
}
