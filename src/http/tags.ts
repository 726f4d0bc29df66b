import type { Context } from 'koa';
import { Failure } from '../errors.ts';
import type { Repository } from '../oci/reference.ts';

/** `GET /v2/<name>/tags/list?n=&last=` (distribution-spec "Listing tags"). `tags` are sorted here. */
export function sendTags(ctx: Context, repository: Repository, tags: Iterable<string>): void {
  const limit = parseLimit(ctx.query['n']);
  const last = typeof ctx.query['last'] === 'string' ? ctx.query['last'] : '';
  const after = [...tags].filter((tag) => tag > last).toSorted((a, b) => (a < b ? -1 : 1));
  const page = limit === undefined ? after : after.slice(0, limit);
  const lastOnPage = page.at(-1);
  if (lastOnPage !== undefined && page.length < after.length) {
    const query = `n=${limit}&last=${encodeURIComponent(lastOnPage)}`;
    ctx.set('Link', `</v2/${repository.name}/tags/list?${query}>; rel="next"`);
  }
  ctx.status = 200;
  ctx.set('Content-Type', 'application/json');
  ctx.body = Buffer.from(JSON.stringify({ name: repository.name, tags: page }));
}

function parseLimit(text: string | string[] | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (typeof text === 'string' && /^\d{1,9}$/.test(text)) return Number(text);
  throw new Failure('invalid', `n must be a number, not ${JSON.stringify(text)}`, {
    reason: 'PAGINATION_NUMBER_INVALID',
  });
}
