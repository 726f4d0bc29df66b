import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startFloor } from '../../../bench/contest/floors.ts';
import { load } from '../../../bench/contest/load.ts';
import { measure } from '../../../bench/contest/measure.ts';
import { usualConnections, headersOf, type Task } from '../../../bench/contest/task.ts';
import { listen } from '../../helpers/listen.ts';
import { tempDir } from '../../helpers/temp.ts';
import { testWith } from '../../helpers/test-with.ts';

const test = testWith('wrk');

const path = '/v2/cloudfoundry/an-app/manifests/1';
const body = Buffer.alloc(20_000, 'x');
const taskOf = (method: Task['method']): Task => ({
  name: 'a task',
  method,
  path,
  digest: 'unused',
  size: body.length,
  user: 'somebody:and a password',
});

for (const method of ['GET', 'HEAD'] as const) {
  test(`a load of ${method} counts what the server answered`, async (t) => {
    let answered = 0;
    const wrong: unknown[] = [];
    const { Accept, Authorization } = headersOf(taskOf(method));
    const host = await listen(t, (request, response) => {
      const { headers } = request;
      if (request.method !== method || request.url !== path) wrong.push([request.method, request.url]);
      if (headers.accept !== Accept || headers.authorization !== Authorization) wrong.push(headers);
      response
        .setHeader('Content-Length', body.length)
        .end(method === 'GET' ? body : undefined, () => answered++);
    });
    const { requests, seconds, bytes, errors } = await load(host, taskOf(method), 1);
    t.deepEqual(wrong, []);
    t.is(errors, 0);
    t.true(requests > 0);
    // What was under way at the end has been seen by one side alone.
    t.true(answered >= requests && answered <= requests + usualConnections, `${requests} of ${answered}`);
    t.true(seconds >= 1);
    const least = method === 'GET' ? body.length : 100;
    t.true(bytes >= requests * least && bytes < (requests + usualConnections) * (least + 500));
  });

  test(`a load of ${method} counts refusals and broken connections as errors`, async (t) => {
    const refusing = await listen(t, (_request, response) => response.writeHead(429).end());
    t.true((await load(refusing, taskOf(method), 1)).errors > 0);
    const breaking = await listen(t, (_request, response) => response.destroy());
    t.true((await load(breaking, taskOf(method), 1)).errors > 0);
  });
}

test('a measure tells what the load has cost the server', async (t) => {
  const file = join(await tempDir(t), 'body');
  await writeFile(file, body);
  const headers: [string, string][] = [['Content-Length', String(body.length)]];
  const floor = await startFloor(t, 'bare node:http', [{ path, headers, file }]);
  const { requests, bytes, cpuSeconds, copied, errors } = await measure(floor, taskOf('GET'), 1);
  t.is(errors, 0);
  t.true(cpuSeconds > 0);
  // It reads the requests and writes the answers.
  t.true(copied >= bytes, `${copied} of ${bytes}`);
  t.true(copied < (requests + usualConnections) * (body.length + 2_000), `${copied} for ${requests}`);
});
