import test from 'ava';
import { parseLoad } from '../../../../bench/load/command/parse-load.ts';

const namesOf = (...args: string[]) => parseLoad(args).scenarios.map(({ name }) => name);

test('without arguments all scenarios are played at the small size, and the contest', (t) => {
  const { scenarios, ...rest } = parseLoad([]);
  t.is(scenarios.length, 8);
  t.deepEqual(rest, {
    size: 'small',
    workloadFile: undefined,
    contest: true,
    seed: 1,
    tls: false,
    store: 'directory',
    processes: 1,
    rate: undefined,
    out: undefined,
  });
});

test('scenarios are named with or without a size, and played in their own order', (t) => {
  t.deepEqual(namesOf('bump', 'cold'), ['cold', 'bump']);
  t.deepEqual(namesOf('medium', 'warm'), ['warm']);
  t.is(parseLoad(['medium', 'warm']).size, 'medium');
  t.is(namesOf('large').length, 8);
});

test('the contest is where no scenario is named, or where it is asked for', (t) => {
  t.false(parseLoad(['cold']).contest);
  t.true(parseLoad(['cold', '--contest']).contest);
  t.true(parseLoad(['medium']).contest);
  t.false(parseLoad(['--no-contest']).contest);
});

test('options', (t) => {
  const line = 'large --seed 7 --tls --store s3 --processes 2 --rate 100 --out there';
  t.like(parseLoad(line.split(' ')), {
    size: 'large',
    seed: 7,
    tls: true,
    store: 's3',
    processes: 2,
    rate: 100,
    out: 'there',
  });
  t.is(parseLoad(['--workload', 'workload.json']).workloadFile, 'workload.json');
});

for (const [line, message] of [
  ['huge', 'There is neither a size nor a scenario huge'],
  ['small large', 'There is neither a size nor a scenario large'],
  ['cold medium', 'There is neither a size nor a scenario medium'],
  ['--store ftp', '--store ftp: there are directory and s3'],
  ['--seed -1', undefined],
  ['--seed one', '--seed one: a whole number is wanted, 0 or more'],
  ['--processes 0', '--processes 0: a whole number is wanted, 1 or more'],
  ['--rate 1.5', '--rate 1.5: a whole number is wanted, 1 or more'],
  ['--colour', undefined],
  ['small --workload file', '--workload has a size of its own'],
] as const) {
  test(`wrong: ${line}`, (t) => {
    t.throws(() => parseLoad(line.split(' ')), message === undefined ? undefined : { message });
  });
}
