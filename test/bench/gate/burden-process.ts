/** Loaded into a server by `--import`: each request costs so much more, as the environment says. */
import diagnostics from 'node:diagnostics_channel';

const microseconds = Number(process.env['BURDEN_MICROSECONDS'] ?? 0);
const bytes = Number(process.env['BURDEN_BYTES'] ?? 0);

/** Eight bytes each, and the last copy of them: what nobody can see is not made. */
const numbers = Array.from({ length: bytes / 8 }, Math.random);
const kept = { copy: numbers };

diagnostics.subscribe('http.server.request.start', () => {
  const until = performance.now() + microseconds / 1000;
  while (performance.now() < until);
  kept.copy = numbers.slice();
});
