import test, { type ExecutionContext } from 'ava';
import { isFailure } from '../../../src/errors.ts';
import { Authorization } from '../../../src/rootfs/registry/authorization.ts';
import { UnexpectedAnswer } from '../../../src/rootfs/registry/failure.ts';
import { Wire } from '../../../src/rootfs/registry/wire.ts';
import { basic } from '../../helpers/basic.ts';
import { listen } from '../../helpers/listen.ts';
import { atEnd } from '../../helpers/owner.ts';

const registry = new URL('http://127.0.0.1:1/v2/a/b/');
const credentials = { user: 'me', password: 'p:w' };

function open(t: ExecutionContext, who: typeof credentials | null = credentials): Authorization {
  const wire = new Wire(false);
  atEnd(t, () => wire.close());
  return new Authorization(wire, 'a/b', who ?? undefined);
}

/** A server that answers `text`, and what it was asked. */
async function tokens(t: ExecutionContext, text: string, status = 200) {
  const asked: { url: string; authorization: string | undefined }[] = [];
  const host = await listen(t, ({ url = '', headers }, response) => {
    asked.push({ url, authorization: headers.authorization });
    response.writeHead(status).end(text);
  });
  return { asked, realm: `http://${host}/token?x=1` };
}

test('Basic is answered once, and by whoever has credentials', async (t) => {
  const known = open(t);
  t.is(known.header, undefined);
  t.true(await known.meet(registry, 'Basic realm="r"'));
  t.is(known.header, basic('me:p:w'));
  t.false(await known.meet(registry, 'Basic realm="r"'));
  t.false(await open(t, null).meet(registry, 'Basic realm="r"'));
  for (const header of [undefined, '', 'Negotiate', 'Digest realm="r"'])
    t.false(await open(t).meet(registry, header));
});

test('for Bearer a token is fetched, for one repository, whatever is named', async (t) => {
  const { asked, realm } = await tokens(t, '{"token": "t1"}');
  const known = open(t);
  const challenge = `Bearer realm="${realm}",service="reg & co",scope="repository:other:pull,push"`;
  t.true(await known.meet(registry, ['Basic realm="r"', challenge]));
  t.is(known.header, 'Bearer t1');
  const url = '/token?x=1&service=reg+%26+co&scope=repository%3Aa%2Fb%3Apull';
  t.deepEqual(asked, [{ url, authorization: basic('me:p:w') }]);
  t.false(await known.meet(registry, challenge), 'the same token again helps nobody');

  const younger = await tokens(t, '{"access_token": "t2", "expires_in": 300}');
  const unknown = open(t, null);
  t.true(await unknown.meet(registry, `Bearer realm="${younger.realm}"`));
  t.is(unknown.header, 'Bearer t2');
  t.is(younger.asked[0]?.authorization, undefined);
});

test('what gives no token is told', async (t) => {
  for (const text of [
    '',
    '{}',
    '{"token": ""}',
    '{"token": 1}',
    '{"token": "a\\r\\nb"}',
    'x'.repeat(2_000_000),
  ]) {
    const { realm } = await tokens(t, text);
    const error = await t.throwsAsync(open(t).meet(registry, `Bearer realm="${realm}"`));
    t.true(isFailure(error, 'unavailable', 'too-large'), String(error));
  }
  const { realm } = await tokens(t, '{"token": "t"}', 403);
  const refused = await t.throwsAsync(open(t).meet(registry, `Bearer realm="${realm}"`));
  t.true(refused instanceof UnexpectedAnswer && refused.status === 403);
  for (const header of [
    'Bearer',
    'Bearer realm="ftp://a.example/"',
    'Bearer realm="http://"',
    'Bearer realm="/token"',
  ]) {
    const error = await t.throwsAsync(open(t).meet(new URL('https://r.example/'), header), undefined, header);
    t.true(isFailure(error), String(error));
  }
});

test('a registry with TLS has nobody send credentials without', async (t) => {
  const { asked, realm } = await tokens(t, '{"token": "t"}');
  const error = await t.throwsAsync(open(t).meet(new URL('https://r.example/'), `Bearer realm="${realm}"`));
  t.true(isFailure(error, 'denied'));
  t.regex(error?.message ?? '', /^r\.example wants our credentials to be sent over plain HTTP$/);
  t.deepEqual(asked, []);
});
