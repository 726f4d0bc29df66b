/* global uPlot */
// Draws the charts of a load report: runs in a browser, after uPlot, in the page whose JSON it reads.
(() => {
  const { scenarios } = JSON.parse(document.getElementById('report').textContent);
  const kinds = ['manifest-head', 'manifest-get', 'config', 'layer'];
  const percentiles = ['p50', 'p90', 'p99', 'p999', 'max'];
  const number = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 4 });
  const dark = matchMedia('(prefers-color-scheme: dark)');

  const drawers = {
    requests: (one) => timeline(one, 'requests', '--manifest-head', (second) => second.requests),
    bytes: (one) => timeline(one, 'MB', '--layer', (second) => second.bytes / 1e6),
    errors: (one) => timeline(one, 'failed', '--error', (second) => second.errors),
    p99: (one) => timeline(one, 'ms', '--config', (second) => (second.requests > 0 ? second.p99Ms : null)),
    firstByte: (one) => ladder(kinds.map((kind) => [kind, one.kinds[kind].firstByte])),
    total: (one) =>
      ladder([...kinds.map((kind) => [kind, one.kinds[kind].total]), ['pull', one.pulls.latency]]),
  };

  /** @param {string} name of a custom property */
  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  /** One figure of each second. */
  function timeline(scenario, label, stroke, of) {
    const values = scenario.timeline.map(of);
    return {
      data: [values.map((_, second) => second), values],
      scales: { x: { time: false }, y: { range: (_, _low, high) => [0, high > 0 ? high * 1.05 : 1] } },
      series: [
        { label: 'second', value: worded },
        { label, stroke: colour(stroke), fill: `${colour(stroke)}22`, width: 1.5, value: worded },
      ],
      axes: [
        axis({
          incrs: [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600],
          values: (_, ticks) => ticks.map((tick) => `${tick} s`),
        }),
        axis({ size: 56, values: (_, ticks) => ticks.map(short) }),
      ],
      sync: true,
    };
  }

  /** A line for each kind that was counted, over percentiles one as far from the next as each is rarer. */
  function ladder(latencies) {
    const counted = latencies.filter(([, latency]) => latency.count > 0);
    return {
      data: [
        percentiles.map((_, place) => place),
        ...counted.map(([, latency]) => percentiles.map((name) => latency[name] || null)),
      ],
      scales: { x: { time: false, range: [-0.15, 4.15] }, y: { distr: 3 } },
      series: [
        { label: 'percentile', value: (_, place) => (place === null ? '–' : title(place)) },
        ...counted.map(([kind]) => ({
          label: kind.replace('-head', ' HEAD').replace('-get', ' GET'),
          stroke: colour(`--${kind}`),
          width: 2,
          points: { show: true, size: 6 },
          value: (_, milliseconds) => (milliseconds === null ? '–' : time(milliseconds)),
        })),
      ],
      axes: [
        axis({ splits: percentiles.map((_, place) => place), values: (_, places) => places.map(title) }),
        axis({
          size: 64,
          grid: { stroke: colour('--line'), width: 1, filter: decades },
          ticks: { show: false },
          values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : time(tick))),
        }),
      ],
      sync: false,
    };
  }

  function axis(options) {
    const line = { stroke: colour('--line'), width: 1 };
    return { stroke: colour('--soft'), grid: line, ticks: line, ...options };
  }

  /** Of the lines of a log axis, those of powers of ten. */
  function decades(_, ticks) {
    return ticks.map((tick) =>
      Math.abs(Math.log10(tick) - Math.round(Math.log10(tick))) < 1e-9 ? tick : null,
    );
  }

  function title(place) {
    return { p999: 'p99.9' }[percentiles[place]] ?? percentiles[place] ?? '';
  }

  function time(milliseconds) {
    if (milliseconds < 1) return `${number.format(milliseconds * 1000)} µs`;
    return milliseconds < 1000
      ? `${number.format(milliseconds)} ms`
      : `${number.format(milliseconds / 1000)} s`;
  }

  function short(value) {
    return value >= 10_000 ? `${number.format(value / 1000)}k` : number.format(value);
  }

  function worded(_, value) {
    return value === null || value === undefined ? '–' : number.format(value);
  }

  function draw(figure) {
    const { scenario, chart } = figure.dataset;
    const place = figure.querySelector('.plot');
    const { data, sync, ...options } = drawers[chart](scenarios[scenario]);
    const cursor = {
      drag: { x: false, y: false },
      ...(sync ? { sync: { key: `scenario-${scenario}` } } : {}),
    };
    const size = () => ({ width: Math.max(240, place.clientWidth), height: 210 });
    const plot = new uPlot({ ...size(), ...options, cursor }, data, place);
    const resize = new ResizeObserver(() => {
      if (plot.width !== size().width) plot.setSize(size());
    });
    resize.observe(place);
    return () => {
      resize.disconnect();
      plot.destroy();
    };
  }

  /** The table is made when somebody opens it: a long run has thousands of rows. */
  function fill(details) {
    const columns = {
      requests: 'Requests',
      errors: 'Failed',
      bytes: 'Bytes',
      pulls: 'Pulls',
      p99Ms: 'p99, ms',
    };
    const table = document.createElement('table');
    row(table.createTHead(), 'th', ['Second', ...Object.values(columns)]);
    const body = table.createTBody();
    for (const [second, figures] of scenarios[details.dataset.scenario].timeline.entries())
      row(body, 'td', [second, ...Object.keys(columns).map((name) => figures[name].toLocaleString('en-GB'))]);
    details.append(table);
  }

  function row(section, name, cells) {
    const line = section.insertRow();
    for (const text of cells) line.append(Object.assign(document.createElement(name), { textContent: text }));
  }

  const figures = [...document.querySelectorAll('figure[data-chart]')];
  let clear = figures.map(draw);
  dark.addEventListener('change', () => {
    for (const one of clear) one();
    clear = figures.map(draw);
  });
  for (const details of document.querySelectorAll('details[data-scenario]')) {
    if (details.open) fill(details);
    else details.addEventListener('toggle', () => fill(details), { once: true });
  }
})();
