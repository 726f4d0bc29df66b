/** A fenced block of a page, as docs/README.md says what each is. `line` is that of its fence. */
export type Block = { line: number; text: string } & Purpose;

type Purpose =
  /** Runs to its end; `output` is what the page says that it prints. */
  | { kind: 'run'; output?: string }
  /** Stays, in a terminal of its own, and has printed `output` before the page goes on. */
  | { kind: 'stay'; output?: string }
  | { kind: 'not-run'; why: string }
  | { kind: 'file'; path: string }
  /** Is there to be read. */
  | { kind: 'shown' };

/** The fenced blocks of a page of Markdown, in order. @throws Error where a fence is left open */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  for (const { language, line, text, comment } of fencesOf(markdown)) {
    const before = blocks.at(-1);
    const isOutput = language === 'text' && (before?.kind === 'run' || before?.kind === 'stay');
    if (isOutput && before.output === undefined) before.output = text;
    else blocks.push({ line, text, ...purposeOf(language, text, comment) });
  }
  return blocks;
}

function purposeOf(language: string, text: string, comment: string): Purpose {
  const lines = text.split('\n');
  const [first = '', second = ''] = lines;
  const [, path] = /^[#;] ([~/]\S+|[\w-]+\.\w+)$/.exec(first.startsWith('#!') ? second : first) ?? [];
  if (path !== undefined) return { kind: 'file', path };
  if (language !== 'sh') return { kind: 'shown' };
  const [, why] = /^(?:# |<!-- )Not run here: (.+?)(?: -->)?$/.exec(comment === '' ? first : comment) ?? [];
  if (why !== undefined) return { kind: 'not-run', why };
  return { kind: first.startsWith('# In a terminal of its own') ? 'stay' : 'run' };
}

/** `comment`: of HTML, in the line before the fence; else empty */
type Fence = { language: string; line: number; text: string; comment: string };

function* fencesOf(markdown: string): Generator<Fence> {
  let open: (Omit<Fence, 'text'> & { indent: string }) | undefined;
  let lines: string[] = [];
  let before = '';
  for (const [i, line] of markdown.split('\n').entries()) {
    const [, indent, language = ''] = /^( *)```(\w*)/.exec(line) ?? [];
    if (open === undefined) {
      const comment = before.startsWith('<!--') ? before : '';
      if (indent !== undefined) open = { indent, language, line: i + 1, comment };
      before = line.trim();
    } else if (indent === open.indent) {
      yield { ...open, text: lines.join('\n') };
      [open, lines] = [undefined, []];
    } else {
      lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line.trimStart());
    }
  }
  if (open !== undefined) throw new Error(`The fence of line ${open.line} is left open`);
}
