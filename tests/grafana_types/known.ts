// What a board of ours must be, by Grafana's own types. Those name the words of JSON as enums, which no literal is: Words
// takes the words themselves. Prometheus's queries stand in no public package, so their keys are named here.
import type { AnnotationQuery, Dashboard, DataQuery, Panel, RowPanel } from '@grafana/schema';

export type Words<T> = T extends string
  ? `${T}`
  : T extends number | boolean | null | undefined
    ? T
    : T extends (infer U)[]
      ? Words<U>[]
      : T extends object
        ? { [K in keyof T]: Words<T[K]> }
        : T;

export type Query = Words<DataQuery> & {
  expr: string;
  instant?: boolean;
  range?: boolean;
  interval?: string;
  legendFormat?: string;
  format?: 'time_series' | 'table';
  editorMode?: 'code';
};

type Annotation = Omit<Words<AnnotationQuery>, 'target'> & {
  target: Query;
  // read by versions of Grafana before those that read the target
  expr: string;
  step: string;
  titleFormat: string;
  textFormat: string;
  useValueForTime: boolean;
};

type Shown = Omit<Words<Panel>, 'targets'> & { targets?: Query[] };

export type Board = Omit<Words<Dashboard>, 'annotations' | 'panels'> & {
  annotations: { list: Annotation[] };
  panels: (Shown | Words<RowPanel>)[];
};
