/** Grafana's dashboard, as it lies in deploy/grafana: what a look must tell, from the top down. */
import type { Panel, Row } from './panel.ts';
import { cache } from './rows/cache.ts';
import { conversions } from './rows/conversions.ts';
import { latency } from './rows/latency.ts';
import { now } from './rows/now.ts';
import { processes } from './rows/processes.ts';
import { rolls } from './rows/rolls.ts';
import { stores } from './rows/stores.ts';
import { traffic } from './rows/traffic.ts';

type Placed = Record<string, unknown>;

/** What it shows, from the top down. */
export const rows: readonly Row[] = [now, traffic, latency, cache, conversions, stores, processes, rolls];

/** Grafana's grid is 24 wide. */
const across = 24;
const height = 8;

/** All of the dashboard, as Grafana imports it. */
export function dashboard(): object {
  return {
    title: 'dropstack',
    uid: 'dropstack',
    description: 'What each metric means, and what to do: docs/metrics.md of dropstack',
    tags: ['dropstack'],
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    templating: { list: [datasource, variable('job', true), variable('stack', false)] },
    panels: placed(rows),
  };
}

const datasource = { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' };
const source = { type: 'prometheus', uid: '${datasource}' };

/** A choice among the values of a label, all of them to begin with. */
function variable(name: 'job' | 'stack', ofAll: boolean): object {
  const metric = ofAll ? 'dropstack_build_info' : 'dropstack_roll_phase';
  return {
    name,
    label: ofAll ? 'Job' : 'Stack',
    type: 'query',
    datasource: source,
    query: { query: `label_values(${metric}, ${name})`, refId: name },
    refresh: 2,
    sort: 1,
    includeAll: true,
    allValue: '.*',
    multi: true,
    current: { selected: true, text: ['All'], value: ['$__all'] },
  };
}

function placed(all: readonly Row[]): Placed[] {
  const panels: Placed[] = [];
  let y = 0;
  for (const { title, panels: own } of all) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { x: 0, y, w: across, h: 1 },
    });
    y++;
    let x = 0;
    for (const panel of own) {
      const w = panel.width ?? 8;
      if (x + w > across) [x, y] = [0, y + height];
      panels.push(drawn(panel, panels.length + 1, { x, y, w, h: height }));
      x += w;
    }
    y += height;
  }
  return panels;
}

function drawn(
  { title, help, unit, kind = 'timeseries', max, queries }: Panel,
  id: number,
  gridPos: object,
): Placed {
  return {
    id,
    type: kind,
    title,
    description: help,
    datasource: source,
    gridPos,
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        ...(max === undefined ? {} : { max }),
        ...(kind === 'timeseries' ? { custom: { fillOpacity: 10, showPoints: 'never' } } : {}),
      },
      overrides: [],
    },
    options:
      kind === 'timeseries'
        ? { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } }
        : { colorMode: 'value', reduceOptions: { calcs: ['lastNotNull'] }, textMode: 'value_and_name' },
    targets: queries.map(([expr, legendFormat], at) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + at),
      datasource: source,
      expr,
      legendFormat,
      ...(kind === 'stat' ? { instant: true } : {}),
    })),
  };
}
