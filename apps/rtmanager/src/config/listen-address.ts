import { isIP } from 'node:net';
import { z } from 'zod';

/** The address of the HTTP interface. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

const SHAPE = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/;

/** `host:port` or `[ipv6]:port`. Port 0 means any free port. */
export const listenAddress = z.string().transform((text, context): ListenAddress => {
  const parts = SHAPE.exec(text.trim());
  const port = Number(parts?.[3]);
  const host = parts?.[1] ?? parts?.[2];
  if (host !== undefined && port <= 65_535) return { host, port };
  context.addIssue({ code: 'custom', message: 'must be host:port, such as 127.0.0.1:8090' });
  return z.NEVER;
});

/** Whether only this machine can reach the address. */
export function isLoopback({ host }: ListenAddress): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
