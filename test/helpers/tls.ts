import { join } from 'node:path';
import type { Owner } from './owner.ts';
import { run } from './run.ts';
import { tempDir } from './temp.ts';
import { toolPath } from './tools.ts';

/** Paths of PEM files. */
type Certificates = { ca: string; cert: string; key: string };

/**
 * A certificate for 127.0.0.1, ::1 and localhost, valid for a day, and the authority of our own that signed it.
 * @param more names that it is for as well, as openssl writes them: `IP:192.0.2.1`
 */
export async function certificates(owner: Owner, more: readonly string[] = []): Promise<Certificates> {
  const directory = await tempDir(owner);
  const [ca, cert, key] = [
    join(directory, 'ca.pem'),
    join(directory, 'cert.pem'),
    join(directory, 'key.pem'),
  ];
  const caKey = join(directory, 'ca-key.pem');
  await openssl('/CN=dropstack test authority', caKey, ca, 'basicConstraints=critical,CA:TRUE', []);
  const signed = ['-CA', ca, '-CAkey', caKey, '-addext', 'basicConstraints=critical,CA:FALSE'];
  const names = ['IP:127.0.0.1', 'IP:::1', 'DNS:localhost', ...more];
  await openssl('/CN=localhost', key, cert, `subjectAltName=${names.join(',')}`, signed);
  return { ca, cert, key };
}

/** Makes a key and a certificate, self-signed unless `more` says otherwise. */
async function openssl(
  subject: string,
  keyout: string,
  out: string,
  extension: string,
  more: readonly string[],
): Promise<void> {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-keyout', keyout];
  const certificate = ['-x509', '-days', '1', '-subj', subject, '-addext', extension, '-out', out];
  await run(toolPath('openssl'), ['req', '-config', '/dev/null', ...key, ...certificate, ...more]);
}
