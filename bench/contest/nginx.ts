import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../test/helpers/free-port.ts';
import type { Owner } from '../../test/helpers/owner.ts';
import { start } from '../../test/helpers/start.ts';
import { tempDir } from '../../test/helpers/temp.ts';
import { toolPath } from '../../test/helpers/tools.ts';
import type { Answer } from './answers.ts';
import type { Contestant, Server } from './contestant.ts';
import { htpasswdLine } from './htpasswd.ts';

/** Starts nginx with these answers as static files, sent by sendfile, one worker, without a log. */
export async function startNginx(
  owner: Owner,
  answers: readonly Answer[],
  user: string,
): Promise<Contestant> {
  const home = await tempDir(owner);
  const users = join(home, 'users');
  await writeFile(users, await htpasswdLine(user));
  const guard = `auth_basic contest; auth_basic_user_file ${users};`;
  const open = await serve(owner, answers, '');
  return { name: 'nginx', open, guarded: await serve(owner, answers, guard) };
}

async function serve(owner: Owner, answers: readonly Answer[], guard: string): Promise<Server> {
  const home = await tempDir(owner);
  const [config, port] = [join(home, 'nginx.conf'), await freePort()];
  await writeFile(config, configuration(home, port, answers, guard));
  const nginx = start(owner, toolPath('nginx'), ['-e', 'stderr', '-p', home, '-c', config]);
  // Written once it listens.
  await nginx.logged(/\[notice\].*nginx\//);
  return { host: `127.0.0.1:${port}`, pid: nginx.pid };
}

function configuration(home: string, port: number, answers: readonly Answer[], guard: string): string {
  const work = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
    daemon off;
    master_process off;
    pid ${home}/pid;
    error_log stderr notice;
    events {}
    http {
      access_log off;
      sendfile on;
      tcp_nopush on;
      open_file_cache max=100;
      keepalive_requests 1000000000;
      etag off;
      ${work.map((name) => `${name}_temp_path ${home}/${name};`).join('\n')}
      server {
        listen 127.0.0.1:${port};
        ${guard}
        ${answers.map(location).join('\n')}
      }
    }`;
}

/** nginx itself tells length and ranges of a file, and its type where it is the default. */
function location({ path, headers, file }: Answer): string {
  const own = new Set(['content-length', 'accept-ranges', 'content-type']);
  const added = headers.filter(([name]) => !own.has(name.toLowerCase()));
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  return `location = ${path} {
    alias ${file};
    types {}
    default_type ${type};
    ${added.map(([name, value]) => `add_header ${name} '${value}';`).join('\n')}
  }`;
}
