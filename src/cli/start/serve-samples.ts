import { hash as bcrypt } from '@node-rs/bcrypt';
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { loadConfig } from '../../config/load.ts';
import { Failure, reasonOf } from '../../errors.ts';
import { openFacade, type Facade } from '../../facade.ts';
import { serve } from '../../http/serve.ts';
import { createServer } from '../../http/server.ts';
import { createLog } from '../../log.ts';
import { sampleDroplet } from '../../sample/droplet.ts';
import { sampleRootfs } from '../../sample/rootfs.ts';
import { stopOnSignals } from '../serve/stop-on-signals.ts';

const sample = { stack: 'cflinuxfs4', version: '1.0.0', guid: 'sample-app' };

type StartFlags = { data: string; listen: string; logLevel: string };

/** `dropstack start`: makes what is not there yet, and serves until SIGTERM or SIGINT. */
export async function serveSamples({ data, listen, logLevel }: StartFlags): Promise<void> {
  const root = resolve(data);
  const users = join(root, 'users');
  const password = process.env['DROPSTACK_PASSWORD'] || randomBytes(12).toString('hex');
  const config = loadConfig(
    { data: join(root, 'store'), listen, users, logLevel, defaultStack: sample.stack },
    {},
  );
  // Another facade over this directory would take over the new password, which nobody is told when this one cannot listen.
  await requireFree(config.listenHost, config.listenPort);
  await keepUser(users, `admin:${await bcrypt(password, { cost: 10 })}\n`);

  const log = createLog(config.logLevel);
  const facade = await openFacade(config, (error) => log.warn({ err: error }, 'a conversion failed'));
  const tag = await provideSamples(facade, root).catch((error: unknown) => {
    facade.close();
    throw error;
  });
  const serving = await serve(config, facade, log).catch((error: unknown) => {
    facade.close();
    throw error;
  });
  say(instructions(serving.url, password, `cloudfoundry/${sample.guid}:${tag}`));
  stopOnSignals(serving, () => say('Stopping.'));
}

async function keepUser(path: string, line: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o750 });
    await writeFile(path, line, { mode: 0o600 });
  } catch (cause) {
    throw new Failure('invalid', `Cannot keep anything in ${dirname(path)}: ${reasonOf(cause)}`, { cause });
  }
}

/** @throws Failure `unavailable` when somebody listens there already */
async function requireFree(host: string, port: number): Promise<void> {
  const server = createServer({ listener: () => undefined });
  await server.listen(port, host);
  await server.close(0);
}

/** Makes what is not there yet, and answers the sample droplet's hash. */
async function provideSamples(facade: Facade, root: string): Promise<string> {
  const { rootfs, droplets } = facade.operatorFor('start');
  const stack = (await rootfs.stacks()).find((record) => record.stack === sample.stack);
  if (stack?.promoted === undefined) {
    say("Making a sample rootfs of this machine's own shell and libraries …");
    await withFile(join(root, 'sample-rootfs.tar'), async (path) => {
      await sampleRootfs(path);
      await rootfs.import(sample.stack, sample.version, path, {});
    });
    await rootfs.promote(sample.stack, sample.version);
  }
  const known = (await droplets.list(sample.guid)).find((droplet) => droplet.state === 'converted');
  if (known !== undefined) return known.hash;
  say('Making a sample droplet with a small web app …');
  return withFile(join(root, 'sample-droplet.tgz'), async (path) => {
    const { sha1 } = await sampleDroplet(path);
    await droplets.put(sample.guid, sha1, createReadStream(path), { wait: true });
    return sha1;
  });
}

async function withFile<T>(path: string, work: (path: string) => Promise<T>): Promise<T> {
  try {
    return await work(path);
  } finally {
    await rm(path, { force: true });
  }
}

function instructions(url: string, password: string, image: string): string {
  const { host } = new URL(url);
  return `
dropstack serves at ${url}
  user      admin
  password  ${password}

Pull the sample app, a droplet over a rootfs of this machine:
  crane   crane auth login ${host} -u admin -p ${password} && crane pull --insecure ${host}/${image} app.tar
  skopeo  skopeo copy --src-tls-verify=false --src-creds admin:${password} docker://${host}/${image} oci:app:latest
  ctr     ctr image pull --plain-http --user admin:${password} ${host}/${image}
  docker  docker login ${host} -u admin -p ${password} && docker pull ${host}/${image}

Run it, and ask it:
  ctr run --rm --net-host --env VCAP_APP_HOST=127.0.0.1 --env PORT=8081 ${host}/${image} app
  curl http://127.0.0.1:8081/

Look around, with DROPSTACK_SERVER=${url} and DROPSTACK_PASSWORD=${password} in the environment:
  npx dropstack rootfs list
  npx dropstack image show ${image}
and in a browser, as admin: ${url}/

npx finds dropstack in this folder. Stop with Ctrl-C. What was made is kept in the data directory.
`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
