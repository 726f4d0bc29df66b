// The sample app: it says what it runs on. It is no part of dropstack itself; it runs inside the sample droplet.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const greeting = `Hello from a ${buildpack()} droplet with node ${process.version} on ${system()}\n`;

const server = createServer((request, response) => {
  response.statusCode = request.url === '/' ? 200 : 404;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(response.statusCode === 200 ? greeting : 'There is only /\n');
});

// VCAP_APP_HOST is Cloud Foundry's name for the address to listen on.
server.listen(Number(process.env.PORT ?? 8080), process.env.VCAP_APP_HOST ?? '0.0.0.0', () => {
  process.stdout.write(`Listening on port ${server.address().port}\n`);
});

process.once('SIGTERM', () => {
  process.stdout.write('Got SIGTERM, ending\n');
  server.close();
  server.closeAllConnections();
});

function buildpack() {
  return JSON.parse(read('../staging_info.yml') ?? '{}').detected_buildpack ?? 'nameless';
}

function system() {
  const name = /^PRETTY_NAME="?([^"\n]*)/m.exec(read('/etc/os-release') ?? '')?.[1] ?? 'an unnamed system';
  const packages = read('/var/lib/dpkg/status')?.match(/^Package: /gm)?.length;
  return packages === undefined ? name : `${name}, whose rootfs has ${packages} packages`;
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
