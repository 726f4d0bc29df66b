import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect, getCACertificates, type TLSSocket } from 'node:tls';
import { dismiss, Wire } from '../../rootfs/registry/wire.ts';
import { day } from '../../store/lifetime.ts';
import { receive } from '../request.ts';
import type { Server } from '../server.ts';
import { failure, ok, warning, type Check, type Verdict } from './check.ts';
import { drift } from './drift.ts';

/** Of the facade that runs, as anybody reaches it. */
export const connectionChecks: readonly Check[] = [
  {
    name: 'connection',
    tries: 'connect to the facade as a client does',
    needs: [],
    mend: 'see that it runs, and that name, port, firewall and load balancer lead there',
    try: async (site) => {
      const server = await site.server();
      return server.url.protocol === 'https:' ? shakeHands(server) : plain(server);
    },
  },
  {
    name: 'readiness',
    tries: 'ask the facade whether it can answer for tags',
    needs: ['connection'],
    mend: 'its log says what it lacks: most often its store does not answer',
    try: async (site) => {
      await receive(await site.server(), '/readyz');
      return ok('it can');
    },
  },
  {
    name: 'clock',
    tries: "compare the facade's clock with that of this machine",
    needs: ['connection'],
    mend: 'have both set by NTP: certificates and signed URLs are judged by them',
    try: async (site) => compareClocks(await site.server()),
  },
];

async function plain(server: Server): Promise<Verdict> {
  await receive(server, '/livez');
  const { hostname, origin } = server.url;
  if (/^(?:localhost|127\..*|\[::1\])$/.test(hostname)) return ok(`${origin} answers`);
  return warning(
    `${origin} answers, and passwords go there as everybody on the way can read them`,
    'give the facade a certificate: tlsCert and tlsKey, or TLS before it',
  );
}

/** What clients say of certificates, in words. */
const faults: Record<string, string> = {
  CERT_HAS_EXPIRED: 'its certificate has expired: renew it',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: see the clocks',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name: get one for this, or use the other',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'nobody but itself has signed its certificate: give its authority by --ca, and to the nodes',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not trusted here: give it by --ca, and to the nodes',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its chain is not whole, or its authority not trusted here: put intermediate certificates behind its own, or give --ca',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its chain is not whole, or its authority not trusted here: put intermediate certificates behind its own, or give --ca',
};

/** Goes on after a certificate that would not be taken, to say all that is wrong with it. */
async function shakeHands({ url, ca }: Server): Promise<Verdict> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const socket = connect({
    host,
    port: Number(url.port) || 443,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ca: [...getCACertificates('default'), ...(ca === undefined ? [] : [ca])],
    // Nothing is sent over it: what is wrong is told, and every request elsewhere refuses it.
    rejectUnauthorized: false,
    timeout: 20_000,
  });
  socket.once('timeout', () => socket.destroy(new Error('it does not answer in time')));
  try {
    await once(socket, 'secureConnect');
    return judge(socket, url);
  } finally {
    socket.destroy();
  }
}

function judge(socket: TLSSocket, { origin }: URL): Verdict {
  const { valid_to: end } = socket.getPeerCertificate();
  const protocol = socket.getProtocol() ?? 'TLS';
  if (!socket.authorized) {
    const code = String(socket.authorizationError);
    const [why = code, mend] = (faults[code] ?? code).split(': ');
    return failure(`${why} (${code}; valid until ${end})`, mend);
  }
  const found = `${origin} speaks ${protocol}, and its certificate is valid until ${end}`;
  return Date.parse(end) - Date.now() < 30 * day
    ? warning(found, 'renew it: it is taken without a restart')
    : ok(found);
}

async function compareClocks({ url, ca }: Server): Promise<Verdict> {
  const wire = new Wire(url.protocol === 'http:', undefined, ca);
  try {
    const before = Date.now();
    const answer = await wire.get(new URL('/livez', url));
    dismiss(answer);
    // The header has whole seconds.
    const told = Date.parse(String(answer.headers['date']));
    return drift(told, before - 1_000, Date.now());
  } finally {
    await wire.close();
  }
}
