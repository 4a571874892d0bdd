import { describe, expect, test } from 'vitest';
import { allThrough, createLane, createQueues, createShared, mapLimit } from '../../src/core/concurrency.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function gate() {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, passed };
}

describe('work with a limit', () => {
  test('gives results in the order of the items, whichever ends first', async () => {
    const results = await mapLimit([30, 1, 2], 3, async (turns) => {
      for (let count = 0; count < turns; count++) await turn();
      return turns * 2;
    });
    expect(results).toEqual([60, 2, 4]);
  });

  test('never runs more at once than the limit, and uses all of it', async () => {
    let running = 0;
    let most = 0;
    await mapLimit(
      Array.from({ length: 20 }, (_, index) => index),
      3,
      async () => {
        most = Math.max(most, ++running);
        await turn();
        running--;
      },
    );
    expect(most).toBe(3);
  });

  test('of nothing is nothing', async () => {
    expect(await mapLimit([], 4, async () => 1)).toEqual([]);
  });

  test('fails as its first failure', async () => {
    const work = mapLimit([1, 2], 2, async (item) => {
      throw new Error(`no ${item}`);
    });
    await expect(work).rejects.toThrow('no 1');
  });
});

describe('queues', () => {
  test('work for one key is done one at a time, in the order asked', async () => {
    const inTurn = createQueues();
    const told: string[] = [];
    const first = gate();
    const works = ['a', 'b', 'c'].map((name) =>
      inTurn('shop', async () => {
        told.push(`${name} begins`);
        if (name === 'a') await first.passed;
        told.push(`${name} ends`);
        return name;
      }),
    );
    await turn();
    expect(told).toEqual(['a begins']);
    first.open();
    expect(await Promise.all(works)).toEqual(['a', 'b', 'c']);
    expect(told).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  test('one key does not wait for another', async () => {
    const inTurn = createQueues();
    const slow = gate();
    const waiting = inTurn('slow', () => slow.passed);
    expect(await inTurn('quick', async () => 'done')).toBe('done');
    slow.open();
    await waiting;
  });

  test('a failure reaches who asked, and nobody who comes after', async () => {
    const inTurn = createQueues();
    const bad = inTurn('shop', async () => {
      throw new Error('no');
    });
    const good = inTurn('shop', async () => 'yes');
    await expect(bad).rejects.toThrow('no');
    expect(await good).toBe('yes');
    expect(await inTurn('shop', async () => 'again')).toBe('again');
  });
});

describe('a lane', () => {
  test('lets so many in at once, and the others in their order', async () => {
    const lane = createLane(2);
    const doors = [gate(), gate(), gate(), gate()];
    const begun: number[] = [];
    const works = doors.map(({ passed }, index) =>
      lane(async () => {
        begun.push(index);
        await passed;
      }),
    );
    await turn();
    expect(begun).toEqual([0, 1]);
    doors[1]?.open();
    await turn();
    expect(begun).toEqual([0, 1, 2]);
    for (const { open } of doors) open();
    await Promise.all(works);
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  test('gives a place on when work fails', async () => {
    const lane = createLane(1);
    const bad = lane(async () => {
      throw new Error('no');
    });
    const good = lane(async () => 'yes');
    await expect(bad).rejects.toThrow('no');
    expect(await good).toBe('yes');
  });

  test('lets who gives up while he waits go on at once, without taking or leaving a place', async () => {
    const lane = createLane(1);
    const [first, second] = [gate(), gate()];
    const [patience, spent] = [new AbortController(), AbortSignal.abort()];
    const begun: string[] = [];
    const inside = (name: string, passed: Promise<void>, givenUp?: AbortSignal) =>
      lane(async () => {
        begun.push(name);
        await passed;
      }, givenUp);
    const all = [
      inside('first', first.passed),
      inside('impatient', Promise.resolve(), patience.signal),
      inside('second', second.passed),
      inside('late', Promise.resolve(), spent),
    ];
    await turn();
    expect(begun).toEqual(['first', 'late']);
    patience.abort();
    await turn();
    expect(begun).toEqual(['first', 'late', 'impatient']);
    first.open();
    await turn();
    const third = inside('third', Promise.resolve());
    await turn();
    expect(begun).toEqual(['first', 'late', 'impatient', 'second']);
    second.open();
    await Promise.all([...all, third]);
    expect(begun.at(-1)).toBe('third');
  });

  test('takes no notice of who gives up once he is in', async () => {
    const lane = createLane(1);
    const patience = new AbortController();
    const door = gate();
    const inside = lane(() => door.passed, patience.signal);
    await turn();
    patience.abort();
    let isIn = false;
    const next = lane(async () => {
      isIn = true;
    });
    await turn();
    expect(isIn).toBe(false);
    door.open();
    await Promise.all([inside, next]);
    expect(isIn).toBe(true);
  });
});

describe('shared work', () => {
  test('who asks while it is done shares the next one, and gets nothing from before he asked', async () => {
    const doors = [gate(), gate(), gate()];
    let begun = 0;
    const ask = createShared(async () => {
      const mine = begun++;
      await doors[mine]?.passed;
      return mine;
    });
    const first = ask();
    const others = [ask(), ask(), ask()];
    await turn();
    expect(begun).toBe(1);
    doors[0]?.open();
    expect(await first).toBe(0);
    await turn();
    expect(begun).toBe(2);
    const late = ask();
    doors[1]?.open();
    doors[2]?.open();
    expect(await Promise.all(others)).toEqual([1, 1, 1]);
    expect(await late).toBe(2);
    expect(await ask()).toBe(3);
  });

  test('a failure is of those who asked for it together; the next begins anew', async () => {
    let begun = 0;
    const ask = createShared(async () => {
      begun += 1;
      if (begun < 3) throw new Error(`no ${begun}`);
      return begun;
    });
    const asked = [ask(), ask(), ask()].map((one) => one.catch((error: Error) => error.message));
    expect(await Promise.all(asked)).toEqual(['no 1', 'no 2', 'no 2']);
    expect(await ask()).toBe(3);
  });
});

test('what fails among several is thrown when all of them are through', async () => {
  const slow = gate();
  let isOver = false;
  const good = slow.passed.then(() => {
    isOver = true;
    return 'good';
  });
  const all = allThrough([Promise.reject(new Error('bad')), good, Promise.reject(new Error('worse'))]);
  const failed = all.catch((error: Error) => [error.message, isOver]);
  await turn();
  slow.open();
  expect(await failed).toEqual(['bad', true]);
});
