import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorMessage, withoutLogins } from './error-message.js';

const bytes = (text: string) => new TextEncoder().encode(text).length;
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4fwpM';

describe('errorMessage', () => {
  it.each([
    'image not found: galaxy/engine:1.0 (http://registry:5000/v2/galaxy/engine/manifests/1.0)',
    'Get "https://registry.example.com/v2/": dial tcp 10.0.0.1:443: connect: connection refused',
    'Head "http://registry:5000/v2/galaxy/engine/manifests/1.0": unauthorized: authentication required',
    'pull access denied for galaxy/engine, repository does not exist or may require ‘docker login’',
    'no basic auth credentials',
    'basic authentication failed',
    'error getting credentials - err: exit status 1',
    'toomanyrequests: You have reached your pull rate limit. https://www.docker.com/increase-rate-limit',
    `galaxy/engine:1.0@sha256:${'0'.repeat(64)} is not for linux/arm64`,
    `https://registry:5000/v2/galaxy/engine@sha256:${'0'.repeat(64)} answered 404`,
    'the engine answered 503 to GET /healthz at http://galaxy-game-g1:8080/healthz',
    'the engine exited with code 137 before it was ready',
    'password authentication failed for user "rtmanager"',
    'Unexpected token \'<\', "<html>" is not valid JSON',
    '2 of 3 and/or 4 / 5',
    'Motor läuft nicht: 引擎 🚀',
  ])('leaves %j as it is', (text) => {
    expect(errorMessage(text)).toBe(text);
  });

  it.each([
    ['redis://:s3cret@redis:6379 is away', 'redis://***@redis:6379 is away'],
    ['postgres://user:s3cret@db/galaxy', 'postgres://***@db/galaxy'],
    ['postgres://user:s3@cr/et@db/galaxy', 'postgres://***@db/galaxy'],
    ['see s://user:s3cret@h', 'see s://***@h'],
    ['https://s3cret@registry/v2/', 'https://***@registry/v2/'],
    ['(HTTPS://u:s3cret@h) and ftp://u:s3cret@h', '(HTTPS://***@h) and ftp://***@h'],
    ['password=s3cret', 'password=***'],
    ['POSTGRES_PASSWORD: s3cret next', 'POSTGRES_PASSWORD: *** next'],
    ['{"password":"s3 \\u0063ret","error":"denied"}', '{"password":***,"error":"denied"}'],
    ["passwd='s3 cret' denied", 'passwd=*** denied'],
    ['GET https://h/x?access_token=s3cret', 'GET https://h/x?access_token=***'],
    ['X-Amz-Signature=s3cret', 'X-Amz-Signature=***'],
    ['AWS_SECRET_ACCESS_KEY=s3cret', 'AWS_SECRET_ACCESS_KEY=***'],
    ['apiKey: s3cret', 'apiKey: ***'],
    ['Authorization: Bearer s3cret', 'Authorization: ***'],
    ['authorization=basic czNjcmV0', 'authorization=***'],
    ['X-Registry-Auth: s3cret', 'X-Registry-Auth: ***'],
    ['Set-Cookie: sid=s3cret; Path=/', 'Set-Cookie: *** Path=/'],
    ['sent Bearer abcDEF123456 to it', 'sent Bearer *** to it'],
    ['sent Basic czNjcmV0czNjcmV0 to it', 'sent Basic *** to it'],
    ['sent basic  czNjcmV0czNjcmV0 to it', 'sent basic *** to it'],
    [`found ${JWT}.`, 'found ***'],
    ['ghp_abcdefABCDEF0123456789 and dckr_pat_s3cret', '*** and ***'],
  ])('masks the secret of %j', (text, masked) => {
    expect(errorMessage(text)).toBe(masked);
  });

  it.each([
    ['open /etc/galaxy/secrets/db: permission denied', 'open <path>: permission denied'],
    ["mount source path '/var/lib/galaxy/g1'", "mount source path '<path>'"],
    ['bind /srv/games/g1:/data/state:rw', 'bind <path>:<path>:rw'],
    ['connect ECONNREFUSED unix:///var/run/docker.sock', 'connect ECONNREFUSED <path>'],
    ['dial unix /var/run/docker.sock: connect', 'dial unix <path>: connect'],
    ['at file:///srv/app/dist/main.js:3:1', 'at <path>'],
    ['dir=/srv/gäste/x', 'dir=<path>'],
    ['no space left on /var/lib/', 'no space left on <path>'],
  ])('masks the path of %j', (text, masked) => {
    expect(errorMessage(text)).toBe(masked);
  });

  it('makes one line of any text', () => {
    expect(errorMessage('  one\r\ntwo\u0000\u001b[31mthree\u2028four\u202e\u0085five\ufeff\n')).toBe('one two [31mthree four five');
  });

  it('cuts at 512 bytes, between characters', () => {
    expect(errorMessage('a'.repeat(600))).toBe('a'.repeat(512));
    expect(errorMessage(`${'a'.repeat(511)}é`)).toBe('a'.repeat(511));
    expect(errorMessage('é'.repeat(300))).toBe('é'.repeat(256));
    expect(errorMessage('€'.repeat(300))).toBe('€'.repeat(170));
    expect(errorMessage('🚀'.repeat(300))).toBe('🚀'.repeat(128));
  });

  it('knows how long each character is in UTF-8', () => {
    for (const [character, length] of Object.entries({ '~': 1, '\u00a1': 2, '\u07ff': 2, '\u0800': 3, '\uffe6': 3, '\u{10000}': 4 })) {
      expect(errorMessage(character.repeat(600))).toBe(character.repeat(Math.floor(512 / length)));
    }
  });

  it('reads the first 4096 characters, up to the end of a word', () => {
    expect(errorMessage('x'.repeat(4096))).toBe('x'.repeat(512));
    expect(errorMessage('x'.repeat(4097))).toBe('<unreadable>');
    expect(errorMessage(`a ${'\u0000'.repeat(4096)} b c`)).toBe('a');
    expect(errorMessage('words '.repeat(1000))).toBe('words '.repeat(86).slice(0, 512));
  });

  it('keeps no half of a secret that lies where a long text is cut', () => {
    const secrets = 'token=aaaa '.repeat(400);
    for (let shift = 0; shift < 40; shift += 1) {
      const text = `${' '.repeat(shift)}${secrets.slice(0, 4080)} postgres://user:s3cret@db/x and more`;
      expect(errorMessage(text)).not.toContain('s3c');
    }
    expect(errorMessage(`redis://:${'s3cret'.repeat(1000)}@h`)).toBe('<unreadable>');
  });

  it('needs no more than milliseconds for a hostile text', () => {
    const hostile = ['a', 'a.', 'a://', 'a://:', '/a', '/a/', 'token', 'token=', 'eyJ-', 'Basic ', ' ', '"', '\u0000', '@:/', 'x:@'];
    for (const piece of hostile) {
      const started = performance.now();
      expect(bytes(errorMessage(piece.repeat(500_000)))).toBeLessThanOrEqual(512);
      expect(performance.now() - started).toBeLessThan(1000);
    }
  });

  it('always is one well-formed line of at most 512 bytes', () => {
    const anything = fc.string({ unit: fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 700 });
    const wordy = fc.array(fc.constantFrom('a', ' ', '/', ':', '@', '🚀', '\n', '\ud800', '\udc00', 'é', 'token=', 'http://', '\u200b'), {
      maxLength: 900,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          anything,
          wordy.map((words) => words.join('')),
        ),
        (text) => {
          const message = errorMessage(text);
          expect(bytes(message)).toBeLessThanOrEqual(512);
          expect(message).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
          expect(message.isWellFormed()).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never shows a secret, wherever it stands', () => {
    const around = fc.string({ unit: fc.constantFrom(...Array.from('ab ,;()')), maxLength: 20 });
    const secret = fc.stringMatching(/^S3[A-Z]{6,12}$/);
    const shown = fc.constantFrom(
      (it: string) => `redis://u:${it}@h/x`,
      (it: string) => `https://${it}@h`,
      (it: string) => `db_password=${it}`,
      (it: string) => `"secret": "${it}"`,
      (it: string) => `Authorization: Bearer ${it}`,
      (it: string) => `/etc/${it}/x`,
    );
    fc.assert(
      fc.property(around, shown, secret, around, (before, show, hidden, behind) => {
        expect(errorMessage(`${before} ${show(hidden)} ${behind}`)).not.toContain(hidden);
      }),
    );
  });
});

describe('a text of one word that is too long to be read', () => {
  it.each(['', ' ', ' \n\t '])('is called unreadable, also behind %j', (space) => {
    expect(errorMessage(space + 'x'.repeat(5000))).toBe('<unreadable>');
  });
});

describe('withoutLogins', () => {
  it('takes user names and passwords out of URLs, and leaves all else', () => {
    const text = 'first redis://u:p@ss@h:1/0, then\n  at /srv/app.js:1:2 tcp://10.0.0.1:2375 and http://t0ken@h';
    expect(withoutLogins(text)).toBe('first redis://***@h:1/0, then\n  at /srv/app.js:1:2 tcp://10.0.0.1:2375 and http://***@h');
  });
});
