interface Machine {
  /** `e_machine` of the ELF header. */
  readonly id: number;
  /** A loop around a system call that waits for a signal. */
  readonly code: readonly number[];
}

const machines: Readonly<Record<string, Machine>> = {
  // again: mov eax, 34 (pause); syscall; jmp again
  x64: { id: 62, code: [0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7] },
  // again: mov x0..x4, 0; mov x8, 73 (ppoll); svc 0; b again
  arm64: {
    id: 183,
    code: [0xd2800000, 0xd2800001, 0xd2800002, 0xd2800003, 0xd2800004, 0xd2800928, 0xd4000001, 0x17fffff9].flatMap((word) => {
      return [word & 0xff, (word >>> 8) & 0xff, (word >>> 16) & 0xff, word >>> 24];
    }),
  },
};

const headersSize = 64 + 56;
const loadedAt = 0x400000n;

/**
 * A static Linux program that sleeps for ever, for this machine's processor. It is an ELF file of about 130 bytes (man 5 elf).
 * @throws Error for a processor other than x64 and arm64.
 */
export function sleepForEver(): Buffer {
  const machine = machines[process.arch];
  if (machine === undefined) throw new Error(`no tiny program for the processor ${process.arch}`);
  const code = Buffer.from(machine.code);
  return Buffer.concat([fileHeader(machine.id), programHeader(BigInt(headersSize + code.length)), code]);
}

function fileHeader(machine: number): Buffer {
  const header = Buffer.alloc(64);
  header.write('\x7fELF\x02\x01\x01', 'latin1'); // 64 bits, little-endian, version 1
  header.writeUInt16LE(2, 16); // an executable
  header.writeUInt16LE(machine, 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(loadedAt + BigInt(headersSize), 24); // entry point
  header.writeBigUInt64LE(64n, 32); // where the program header is
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56); // one program header
  return header;
}

function programHeader(size: bigint): Buffer {
  const header = Buffer.alloc(56);
  header.writeUInt32LE(1, 0); // load
  header.writeUInt32LE(5, 4); // read and execute
  header.writeBigUInt64LE(loadedAt, 16);
  header.writeBigUInt64LE(loadedAt, 24);
  header.writeBigUInt64LE(size, 32);
  header.writeBigUInt64LE(size, 40);
  header.writeBigUInt64LE(0x1000n, 48);
  return header;
}
