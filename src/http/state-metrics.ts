import { X509Certificate } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Counter, Gauge, type Registry } from 'prom-client';

/** What goes wrong while nobody waits for it, and should be looked at: the log says more. */
const faults = ['damage', 'reload', 'redirect'] as const;
type Fault = (typeof faults)[number];

/** A facade's state, as far as it does not count by itself. */
export type State = {
  /** `damage`: a layer has other bytes than its digest says; `reload`: a file is kept as it was; `redirect`: nobody is redirected for now */
  fault: (kind: Fault) => void;
  /** The certificate that is shown from now on, in PEM. */
  certificate: (pem: string) => void;
};

/** A scrape waits no longer than this for a store that says nothing. */
const patienceMs = 1_000;

/** Tells whether new work should come here, and what an operator has to look after. Of several processes the worst counts. */
export function watchState(registry: Registry, ready: () => Promise<boolean>): State {
  const registers = [registry];
  registry.registerMetric(
    new Gauge({
      name: 'dropstack_ready',
      help: 'Whether new work should come here, as /readyz says',
      registers: [],
      aggregator: 'min',
      async collect() {
        const isReady = await Promise.race([ready(), delay(patienceMs, false, { ref: false })]);
        this.set(isReady ? 1 : 0);
      },
    }),
  );
  const seen = new Counter({
    name: 'dropstack_faults_total',
    help: 'What went wrong while nobody waited for it, by kind',
    labelNames: ['kind'],
    registers,
  });
  for (const kind of faults) seen.inc({ kind }, 0);
  // There is none without TLS.
  let expiry: Gauge | undefined;
  return {
    fault: (kind) => seen.inc({ kind }),
    certificate: (pem) => {
      expiry ??= new Gauge({
        name: 'dropstack_tls_certificate_expiry_timestamp_seconds',
        help: 'When the certificate that is shown ends, in seconds since the epoch',
        registers,
        aggregator: 'min',
      });
      expiry.set(new X509Certificate(pem).validToDate.getTime() / 1000);
    },
  };
}
