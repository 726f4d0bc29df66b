/** The recorded answers by koa with @koa/router, and nothing else. */
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { Router } from '@koa/router';
import Koa, { type Context } from 'koa';
import { answering, type Ready } from './answering.ts';

answering((answers) => {
  const router = new Router();
  for (const kind of ['manifests', 'blobs'])
    router.get(`/v2/:stack/:guid/${kind}/:reference`, (ctx) => send(ctx, answers.get(ctx.path)));
  const app = new Koa();
  // Of clients that leave in the middle of a layer.
  app.silent = true;
  app.use(router.routes());
  const handle = app.callback();
  return createServer((request, response) => void handle(request, response));
});

function send(ctx: Context, answer: Ready | undefined): void {
  if (answer === undefined) return;
  for (const [name, value] of answer.headers) ctx.set(name, value);
  ctx.body = answer.bytes ?? createReadStream(answer.file);
}
