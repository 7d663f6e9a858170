import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseTargetList } from './endpoint.js';
import { parseListeners } from './listening-sockets.js';
import { catchesSignal, debugPortOf } from './node-process.js';

describe('catchesSignal', () => {
  const status = (mask: string): string =>
    `Name:\tnode\nSigIgn:\t0000000001001000\nSigCgt:\t${mask}\nCapInh:\t0\n`;
  it('reads one bit of the mask of handled signals', () => {
    assert.equal(catchesSignal(status('0000000100004602'), 10), true);
    assert.equal(catchesSignal(status('0000000100004402'), 10), false);
    assert.equal(catchesSignal(status('8000000000000000'), 64), true);
    assert.equal(catchesSignal(status('0000000000000001'), 1), true);
  });
  it('believes in no handler that it cannot read of', () => {
    for (const text of ['', 'SigCgt:\n', status('none'), 'xSigCgt:\tffffffffffffffff']) {
      assert.equal(catchesSignal(text, 10), false, text);
    }
  });
});

describe('debugPortOf', () => {
  it('finds the port that a signal would open', () => {
    const cases: readonly (readonly [string, number])[] = [
      ['node app.js', 9_229],
      ['node --inspect-port=0 app.js', 0],
      ['node --inspect=127.0.0.1:9300 app.js', 9_300],
      ['node --inspect-port [::1]:9301 app.js', 9_301],
      ['node --debug-port 9302 app.js', 9_302],
      ['node --inspect app.js', 9_229],
      ['node --inspect=1 --inspect-port=2 app.js', 2],
      ['node app.js --no-inspect-portrait=7', 9_229],
    ];
    for (const [line, port] of cases) assert.equal(debugPortOf(line), port, line);
  });
});

describe('parseListeners', () => {
  const head =
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
  const row = (address: string, state: string, inode: string): string =>
    `   0: ${address} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0 100 0 0 10 0\n`;
  it('takes listeners on loopback and on every address, of both families', () => {
    const found = parseListeners(
      head +
        row('0100007F:240D', '0A', '11') +
        row('00000000:0050', '0A', '12') +
        row('0100007F:240E', '01', '13') +
        row('0A00000A:1F90', '0A', '14') +
        row('00000000000000000000000001000000:240F', '0A', '15') +
        row('00000000000000000000000000000000:2410', '0A', '16'),
    );
    assert.deepEqual(found, [
      { inode: '11', port: 9_229, host: '127.0.0.1' },
      { inode: '12', port: 80, host: '127.0.0.1' },
      { inode: '15', port: 9_231, host: '::1' },
      { inode: '16', port: 9_232, host: '::1' },
    ]);
  });
  it('passes over what is no row', () => {
    assert.deepEqual(parseListeners(''), []);
    assert.deepEqual(
      parseListeners(`${head}garbage\n${row('0100007F:zz', '0A', '1')}${row('0100007F:1', '0A', 'x')}`),
      [],
    );
  });
});

describe('parseTargetList', () => {
  it('takes the id of a Node.js target, and nothing else of the answer', () => {
    const target = { type: 'node', id: '71eb02e7-e06a-4b98', webSocketDebuggerUrl: 'ws://elsewhere/' };
    assert.equal(parseTargetList(JSON.stringify([target])), '71eb02e7-e06a-4b98');
  });
  it('finds none in what is no inspector of Node.js', () => {
    const others = [
      '',
      '{}',
      '[]',
      '[null]',
      '[{"type":"page","id":"1"}]',
      '[{"type":"node","id":"../x"}]',
      'null',
    ];
    for (const body of others) assert.equal(parseTargetList(body), null, body);
  });
});
