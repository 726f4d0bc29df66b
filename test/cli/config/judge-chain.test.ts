import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chainOf, judgeChain } from '../../../src/cli/config/judge-chain.ts';
import { run } from '../../helpers/run.ts';
import { tempDir } from '../../helpers/temp.ts';
import { testWith } from '../../helpers/test-with.ts';
import { toolPath } from '../../helpers/tools.ts';
import { certificates } from '../../helpers/tls.ts';

const day = 24 * 60 * 60 * 1000;
const withOpenssl = testWith('openssl');

withOpenssl('a chain holds for as long as all of it', async (t) => {
  const [folder, { cert }] = [await tempDir(t), await certificates(t)];
  const [key, out] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const names = ['-subj', '/CN=registry.example.org', '-keyout', key, '-out', out];
  await run(toolPath('openssl'), ['req', '-x509', '-newkey', 'rsa:2048', '-noenc', '-days', '90', ...names]);
  const [long, short] = [await readFile(out, 'utf8'), await readFile(cert, 'utf8')];
  const [first] = chainOf(long);
  const begin = first?.validFromDate.getTime() ?? NaN;
  const at = (pem: string, days: number): string => {
    const { level, message } = judgeChain(chainOf(pem), begin + days * day);
    return `${level}: ${message.replaceAll(/\d{4}-.*?Z/g, 'then')}`;
  };
  t.deepEqual(
    [-1, 1, 59, 61, 89.5, 91].map((days) => at(long, days)),
    [
      'error: the certificate is not valid before then',
      'info: the certificate is valid until then, 89 days',
      'info: the certificate is valid until then, 31 days',
      'warning: the certificate is valid until then, 29 days: renew it',
      'warning: the certificate is valid until then, 0 days: renew it',
      'error: the certificate expired at then',
    ],
  );
  t.is(chainOf(`${long}\nof another\n${short}`).length, 2);
  t.is(at(`${long}${short}`, 2), 'error: the certificate expired at then');
});
