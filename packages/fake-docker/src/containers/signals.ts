import { constants } from 'node:os';
import { ApiRefusal } from '../api/api-refusal.js';

/** The numbers of the signals that are used here. */
export const { SIGINT, SIGKILL, SIGTERM } = constants.signals;

/** The number of a signal, given as `SIGKILL`, `kill` or `9`; empty means SIGKILL. @throws ApiRefusal when there is no such signal. */
export function signalNumber(text: string): number {
  if (text === '') return SIGKILL;
  if (/^\d+$/.test(text)) return numbered(text);
  const name = `SIG${text.toUpperCase().replace(/^SIG/, '')}`;
  const found = Object.entries(constants.signals).find(([known]) => known === name);
  if (found === undefined) throw new ApiRefusal(400, `Invalid signal: ${text}`);
  return found[1];
}

/** Refuses numbers that no signal has. The real daemon checks this only after it found the container. @throws ApiRefusal */
export function checkSignal(signal: number): void {
  if (signal > 64) throw new ApiRefusal(500, `The linux daemon does not support signal ${signal}`);
}

function numbered(text: string): number {
  if (Number(text) === 0) throw new ApiRefusal(400, `Invalid signal: ${text}`);
  return Number(text);
}
