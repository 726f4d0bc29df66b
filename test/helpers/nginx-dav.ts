import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { webdavLocation, type WebdavLocation } from '../../src/store/webdav/location.ts';
import { freePort } from './free-port.ts';
import type { Owner } from './owner.ts';
import { start } from './start.ts';
import { tempDir } from './temp.ts';
import { toolPath } from './tools.ts';

/** Where Debian has it. */
const davExt = '/usr/lib/nginx/modules/ngx_http_dav_ext_module.so';

export const davPassword = 'dav-secret that nobody may see';

/** nginx as Cloud Foundry's blobstore has it: WebDAV behind Basic auth at `/admin/<directory>/`. */
export type NginxDav = {
  port: number;
  /** The folder of all directories. */
  root: string;
  /** Makes a directory. @returns its path, and where it is for readers, with the password in a file */
  directory: (more?: Partial<WebdavLocation>) => Promise<{ path: string; location: WebdavLocation }>;
};

/** Starts nginx on the loopback. */
export async function startNginxDav(
  owner: Owner,
  { tls }: { tls?: { cert: string; key: string } } = {},
): Promise<NginxDav> {
  const home = await tempDir(owner);
  const [root, users, passwordFile] = [join(home, 'shared'), join(home, 'users'), join(home, 'password')];
  await mkdir(root);
  await writeFile(users, `blobstore:{PLAIN}${davPassword}\n`);
  await writeFile(passwordFile, `${davPassword}\n`);
  const port = await freePort();
  await writeFile(join(home, 'nginx.conf'), configuration(home, port, tls));
  const nginx = start(owner, toolPath('nginx'), ['-e', 'stderr', '-p', home, '-c', join(home, 'nginx.conf')]);
  // Written once it listens.
  await nginx.logged(/\[notice\].*nginx\//);

  let made = 0;
  return {
    port,
    root,
    directory: async (more = {}) => {
      const name = `cc-droplets-${++made}`;
      await mkdir(join(root, name));
      const url = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/admin/${name}`;
      const location = webdavLocation.parse({ url, user: 'blobstore', passwordFile, ...more });
      return { path: join(root, name), location };
    },
  };
}

function configuration(home: string, port: number, tls?: { cert: string; key: string }): string {
  const work = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const certificate = tls === undefined ? '' : `ssl_certificate ${tls.cert}; ssl_certificate_key ${tls.key};`;
  return `
    load_module ${davExt};
    daemon off;
    master_process off;
    pid ${home}/pid;
    error_log stderr notice;
    events {}
    http {
      access_log off;
      ${work.map((name) => `${name}_temp_path ${home}/${name};`).join('\n')}
      server {
        listen 127.0.0.1:${port} ${tls === undefined ? '' : 'ssl'};
        ${certificate}
        location /admin/ {
          auth_basic "Blobstore Admin";
          auth_basic_user_file ${home}/users;
          dav_methods DELETE PUT COPY;
          dav_ext_methods PROPFIND;
          create_full_put_path on;
          alias ${home}/shared/;
        }
      }
    }`;
}
