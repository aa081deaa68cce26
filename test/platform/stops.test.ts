import { expect, it } from '@jest/globals';
import { Stops } from '../../src/platform/stops.ts';

it('stops in reverse order, each once, the rest in spite of a failure', async () => {
  const order: string[] = [];
  const stops = new Stops();
  stops.add(async () => void order.push('first'));
  stops.add(async () => {
    order.push('second');
    throw new Error('did not stop');
  });
  stops.add(async () => void order.push('third'));
  await expect(stops.run()).rejects.toThrow('did not stop');
  await stops.run();
  expect(order).toEqual(['third', 'second', 'first']);
});
