import { describe, it } from 'vitest';
import { launch } from './harness/browser.ts';
import { serveLab } from './harness/lab.ts';
import { Person } from './harness/person.ts';
import { beginLongReply, expectRecovery } from './harness/recovery.ts';
import { takeSlow } from './harness/slow.ts';
import { visit } from './harness/visit.ts';

// A killed worker on Wasm is a step of the long visit in model.browser.test.ts.
describe('in the middle of a reply', () => {
  it.runIf(takeSlow)('a lost graphics device is told, and the reply can be had again', async () => {
    const browser = await launch({ webgpu: true });
    const lab = await serveLab();
    const person = new Person((await visit(browser, lab.url)).page);
    await person.acknowledge();
    await person.keepItShort();
    await person.runOn('WebGPU');
    await person.loadModel();
    await beginLongReply(person);
    const session = await browser.newBrowserCDPSession();
    await session.send('Browser.crashGpuProcess').catch(() => undefined);
    await expectRecovery(person);
    await browser.close();
    await lab.close();
  });
});
