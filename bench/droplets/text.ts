/**
 * Text that looks and compresses somewhat as prose does. The same seed gives the same text.
 * @returns a function that answers the next paragraphs, at least `length` characters of ASCII
 */
export function text(seed: number): (length: number) => string {
  const random = randomNumbers(seed);
  const words = vocabulary(random);
  // The square makes some words common and most of them rare.
  const word = () => words[Math.floor(random() ** 2 * words.length)] ?? '';
  const sentence = () => {
    const line = Array.from({ length: 4 + Math.floor(random() * 14) }, word).join(' ');
    return `${line.charAt(0).toUpperCase()}${line.slice(1)}.`;
  };
  const paragraph = () => `${Array.from({ length: 3 + Math.floor(random() * 6) }, sentence).join(' ')}\n\n`;
  return (length) => {
    let all = '';
    while (all.length < length) all += paragraph();
    return all;
  };
}

/** Numbers from 0 up to 1: an even sequence whose steps are well mixed. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}

function vocabulary(random: () => number): string[] {
  const pick = (from: readonly string[]) => from[Math.floor(random() * from.length)] ?? '';
  const syllable = () => pick(onsets) + pick(vowels) + pick(ends);
  return Array.from({ length: 4000 }, () =>
    Array.from({ length: 1 + Math.floor(random() * 4) }, syllable).join(''),
  );
}

const onsets = ['b', 'c', 'd', 'f', 'g', 'l', 'm', 'n', 'p', 'r', 's', 'st', 't', 'tr', 'v', ''];
const vowels = ['a', 'e', 'i', 'o', 'u', 'ea', 'io'];
const ends = ['', '', '', 'n', 'r', 's', 't', 'l', 'ng'];
