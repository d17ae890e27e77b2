import { DependencyFault } from '@galaxy/ports';
import { expect, it } from 'vitest';
import { inventoryOf } from './container-list.js';
import { labelsOf } from './labels.js';

const id = (digit: number) => String(digit).repeat(64);
const owner = { gameId: 'g-1', opId: 'op', attempt: 2 };
const spec = { ...owner, imageRef: 'games/engine:1' };
const Labels = labelsOf('mine', spec);

it('tells ours, under whatever name, from others under the name of a game', () => {
  const answer = [
    { Id: id(1), Names: ['/galaxy-game-g-1'], State: 'running', Labels, Status: 'Up', Ports: [] },
    { Id: id(2), Names: ['/renamed'], State: 'dead', Labels },
    { Id: id(3), Names: null, State: 'removing', Labels },
    { Id: id(4), Names: ['/galaxy-game-g-4'], State: 'running', Labels: labelsOf('another', spec) },
    { Id: id(5), Names: ['galaxy-game-g-5'], State: 'molten', Labels: null },
    { Id: id(6), Names: ['/web/galaxy-game-g-6', '/galaxy-game-g-6'], State: 'running' },
    { Id: id(7), Names: ['/galaxy-game-', '/galaxy-game-G', '/my-galaxy-game-g-1'], State: 'running', Labels: {} },
    { Id: id(8), Names: null, State: 'dead', Labels: {} },
  ];
  const ours = { owner, imageRef: 'games/engine:1' };
  expect(inventoryOf('list', answer, 'mine')).toEqual({
    incarnations: [
      { id: id(1), ...ours, state: 'running' },
      { id: id(2), ...ours, state: 'exited' },
      { id: id(3), ...ours, state: 'removing' },
    ],
    foreign: [
      { id: id(4), name: 'galaxy-game-g-4' },
      { id: id(5), name: 'galaxy-game-g-5' },
      { id: id(6), name: 'galaxy-game-g-6' },
    ],
  });
});

it.each([
  [null],
  [{ message: 'page not found' }],
  [[null]],
  [[{ Id: '../x', Names: [], State: 'running' }]],
  [[{ Id: id(1), State: 'molten', Labels }]],
])('knows nothing from an answer like %j', (answer) => {
  expect(() => inventoryOf('list', answer, 'mine')).toThrow(DependencyFault);
});
