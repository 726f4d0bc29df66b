import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { isFailure } from '../../../src/errors.ts';
import { requireImageReference } from '../../../src/rootfs/registry/image-reference.ts';
import { readCredentials, type Credentials } from '../../../src/rootfs/registry/registry-auth.ts';
import { tempDir } from '../../helpers/temp.ts';

async function fileWith(t: ExecutionContext, content: unknown): Promise<string> {
  const path = join(await tempDir(t), 'config.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const of = (user: string): { auth: string } => ({ auth: Buffer.from(user).toString('base64') });

test('the credentials are those of the registry, and of the longest key', async (t) => {
  const path = await fileWith(t, {
    auths: {
      'r.example': of('host:a'),
      'r.example/team': of('team:b'),
      'r.example/team/app': of('app:c:d'),
      'r.example:443': of('port:e'),
      'https://Old.example/v2/': { username: 'old', password: 'f' },
      'https://index.docker.io/v1/': of('hub:g'),
      'helper.example': {},
    },
    credsStore: 'desktop',
  });
  const rows: [string, Credentials | undefined][] = [
    ['r.example/other:1', { user: 'host', password: 'a' }],
    ['r.example/team/other:1', { user: 'team', password: 'b' }],
    ['r.example/team/app:1', { user: 'app', password: 'c:d' }],
    ['r.example/team/app/more:1', { user: 'app', password: 'c:d' }],
    ['r.example/teamwork:1', { user: 'host', password: 'a' }],
    ['r.example:443/team:1', { user: 'port', password: 'e' }],
    ['r.example:444/team:1', undefined],
    ['a.r.example/team:1', undefined],
    ['example.com/r.example:1', undefined],
    ['old.example/a:1', { user: 'old', password: 'f' }],
    ['docker.io/a:1', { user: 'hub', password: 'g' }],
    ['index.docker.io/a/b:1', { user: 'hub', password: 'g' }],
    ['helper.example/a:1', undefined],
  ];
  for (const [reference, credentials] of rows) {
    t.deepEqual(await readCredentials(path, requireImageReference(reference)), credentials, reference);
  }
  t.is(await readCredentials(await fileWith(t, {}), requireImageReference('r.example/a:1')), undefined);
});

test('a file that cannot be used is told, without a word of what is in it', async (t) => {
  const contents = [
    '{"auths": {"r.example": {"auth": "c2VjcmV0',
    'secret: yaml',
    { auths: { 'r.example': { auth: 3, password: 'secret' } } },
    { auths: ['secret'] },
    { auths: { 'r.example': { auth: Buffer.from('secret').toString('base64') } } },
    { auths: { 'r.example': { auth: Buffer.from('secret:').toString('base64') } } },
  ];
  for (const content of contents) {
    const path = await fileWith(t, content);
    const error = await t.throwsAsync(readCredentials(path, requireImageReference('r.example/a:1')));
    t.true(isFailure(error, 'unavailable'), String(error));
    t.regex(error?.message ?? '', /^Cannot use the registry credentials in \S+: /);
    t.notRegex(error?.message ?? '', /secret|c2Vj/);
    t.is(error?.cause, undefined);
  }
});
