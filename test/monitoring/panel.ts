/** What the dashboard shows. */
export type Row = { title: string; panels: readonly Panel[] };

export type Panel = {
  title: string;
  /** what it means, and what is normal */
  help: string;
  /** Grafana's name of it */
  unit: string;
  kind?: 'timeseries' | 'stat';
  /** of 24; 8 without it */
  width?: number;
  max?: number;
  queries: readonly (readonly [expression: string, legend: string])[];
};
